/*
 * Make: EU DSS makes containers that are not ours: ASiC-E and ASiC-S, CAdES and XAdES, baseline B.
 *
 *   java -cp 'LIB/*' Make.java KEY.p12 PASSWORD OUT FILE...
 */
import eu.europa.esig.dss.asic.cades.ASiCWithCAdESSignatureParameters;
import eu.europa.esig.dss.asic.cades.signature.ASiCWithCAdESService;
import eu.europa.esig.dss.asic.xades.ASiCWithXAdESSignatureParameters;
import eu.europa.esig.dss.asic.xades.signature.ASiCWithXAdESService;
import eu.europa.esig.dss.enumerations.ASiCContainerType;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.token.Pkcs12SignatureToken;

import java.io.File;
import java.security.KeyStore.PasswordProtection;
import java.util.ArrayList;
import java.util.List;

public class Make {
	public static void main(String[] args) throws Exception {
		List<DSSDocument> files = new ArrayList<>();
		for (int i = 3; i < args.length; i++)
			files.add(new FileDocument(new File(args[i])));
		try (Pkcs12SignatureToken token = new Pkcs12SignatureToken(new File(args[0]), new PasswordProtection(args[1].toCharArray()))) {
			var key = token.getKeys().get(0);
			for (ASiCContainerType type : ASiCContainerType.values()) {
				List<DSSDocument> in = type == ASiCContainerType.ASiC_S ? files.subList(0, 1) : files;
				String end = type == ASiCContainerType.ASiC_S ? ".asics" : ".asice";
				var c = new ASiCWithCAdESSignatureParameters();
				c.aSiC().setContainerType(type);
				c.setSignatureLevel(SignatureLevel.CAdES_BASELINE_B);
				c.setDigestAlgorithm(DigestAlgorithm.SHA256);
				c.setSigningCertificate(key.getCertificate());
				var cades = new ASiCWithCAdESService(new CommonCertificateVerifier());
				cades.signDocument(in, c, token.sign(cades.getDataToSign(in, c), c.getDigestAlgorithm(), key)).save(args[2] + "/cades" + end);
				var x = new ASiCWithXAdESSignatureParameters();
				x.aSiC().setContainerType(type);
				x.setSignatureLevel(SignatureLevel.XAdES_BASELINE_B);
				x.setDigestAlgorithm(DigestAlgorithm.SHA512);
				x.setSigningCertificate(key.getCertificate());
				var xades = new ASiCWithXAdESService(new CommonCertificateVerifier());
				xades.signDocument(in, x, token.sign(xades.getDataToSign(in, x), x.getDigestAlgorithm(), key)).save(args[2] + "/xades" + end);
			}
		}
	}
}
