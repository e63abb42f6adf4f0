/*
 * Judge: EU DSS judges containers, policy layer included (the default policy of its release).
 *
 *   java -cp 'LIB/*' Judge.java JOBS
 *
 * JOBS: three fields a container, each ended by NUL: file; time of validation (ISO 8601); what is trusted,
 * divided by commas: SHA-256 fingerprints of certificates in the container, "all" of those, PEM files of certificates,
 * PEM files of CRLs as "crl:FILE". One JSON object a line comes out: of the first signature all, of the others and of
 * time-stamps that stand alone the indication.
 */
import eu.europa.esig.dss.asic.common.validation.AbstractASiCContainerAnalyzer;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.ManifestEntry;
import eu.europa.esig.dss.model.ManifestFile;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.signature.AdvancedSignature;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.spi.x509.tsp.TimestampToken;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;

import java.io.File;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

public class Judge {
	static String quote(String s) {
		StringBuilder b = new StringBuilder("\"");
		for (char c : s.toCharArray())
			if (c == '"' || c == '\\')
				b.append('\\').append(c);
			else if (c < 0x20 || c > 0x7e)
				b.append(String.format("\\u%04x", (int) c));
			else
				b.append(c);
		return b.append('"').toString();
	}

	static String list(Iterable<String> all) {
		List<String> quoted = new ArrayList<>();
		for (String s : all)
			quoted.add(quote(s));
		return "[" + String.join(",", quoted) + "]";
	}

	static List<String> texts(List<eu.europa.esig.dss.jaxb.object.Message> messages) {
		List<String> out = new ArrayList<>();
		for (var m : messages)
			out.add(m.getKey() + ": " + m.getValue());
		return out;
	}

	/* Every certificate beside the signatures, and beside the time-stamps that stand alone. */
	static List<CertificateToken> carried(SignedDocumentValidator v) {
		List<CertificateToken> out = new ArrayList<>();
		for (AdvancedSignature s : v.getSignatures())
			out.addAll(s.getCertificates());
		for (TimestampToken t : v.getDetachedTimestamps())
			out.addAll(t.getCertificates());
		return out;
	}

	static CommonCertificateVerifier trust(String[] words, List<CertificateToken> carried) throws Exception {
		CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
		List<InputStream> crls = new ArrayList<>();
		for (String word : words)
			if (word.startsWith("crl:"))
				crls.add(Files.newInputStream(Path.of(word.substring(4))));
			else if (word.endsWith(".pem"))
				for (CertificateToken c : DSSUtils.loadCertificateFromP7c(Files.newInputStream(Path.of(word))))
					anchors.addCertificate(c);
			else
				for (CertificateToken c : carried)
					if (word.equals("all") || HexFormat.of().formatHex(c.getDigest(DigestAlgorithm.SHA256)).equals(word))
						anchors.addCertificate(c);
		CommonCertificateVerifier v = new CommonCertificateVerifier();
		v.setAIASource(null);
		v.setTrustedCertSources(anchors);
		if (!crls.isEmpty())
			v.setCrlSource(new ExternalResourcesCRLSource(crls.toArray(new InputStream[0])));
		return v;
	}

	static List<String> indications(SimpleReport simple, List<String> ids) {
		List<String> out = new ArrayList<>();
		for (String id : ids)
			out.add(String.valueOf(simple.getIndication(id)));
		return out;
	}

	static String judge(String file, String time, String[] words) throws Exception {
		SignedDocumentValidator v = SignedDocumentValidator.fromDocument(new FileDocument(new File(file)));
		v.setCertificateVerifier(new CommonCertificateVerifier());
		v.setCertificateVerifier(trust(words, carried(v)));
		v.setValidationTime(Date.from(Instant.parse(time)));
		v.setLocale(Locale.ENGLISH);
		Reports reports = v.validateDocument();
		SimpleReport simple = reports.getSimpleReport();
		var info = reports.getDiagnosticData();
		List<String> out = new ArrayList<>();
		out.add("\"signatures\":" + simple.getSignaturesCount());
		out.add("\"container\":" + quote(String.valueOf(info.getContainerType())));
		out.add("\"mimetype\":" + quote(String.valueOf(info.getContainerInfo() == null ? null : info.getContainerInfo().getMimeTypeContent())));
		out.add("\"each\":" + list(indications(simple, simple.getSignatureIdList())));
		out.add("\"timestamps\":" + list(indications(simple, simple.getTimestampIdList())));
		String id = simple.getFirstSignatureId();
		if (id != null) {
			out.add("\"indication\":" + quote(String.valueOf(simple.getIndication(id))));
			out.add("\"sub\":" + quote(String.valueOf(simple.getSubIndication(id))));
			out.add("\"level\":" + quote(String.valueOf(simple.getSignatureFormat(id))));
			out.add("\"errors\":" + list(texts(simple.getAdESValidationErrors(id))));
			out.add("\"warnings\":" + list(texts(simple.getAdESValidationWarnings(id))));
			out.add("\"info\":" + list(texts(simple.getAdESValidationInfo(id))));
		}
		coverage(v, out);
		return String.join(",", out);
	}

	/* What stands in the container, and what the manifest names and DSS found intact. */
	static void coverage(SignedDocumentValidator v, List<String> out) {
		TreeSet<String> all = new TreeSet<>(), intact = new TreeSet<>();
		var analyzer = (AbstractASiCContainerAnalyzer) v.getDocumentAnalyzer();
		for (var d : analyzer.getAllDocuments())
			all.add(d.getName());
		for (ManifestFile m : analyzer.getManifestFiles())
			for (ManifestEntry e : m.getEntries())
				if (e.isFound() && e.isIntact())
					intact.add(e.getUri());
		TreeSet<String> open = new TreeSet<>(all);
		open.removeAll(intact);
		open.removeIf(n -> n.startsWith("META-INF/") || n.equals("mimetype"));
		out.add("\"files\":" + all.size());
		out.add("\"covered\":" + intact.size());
		out.add("\"uncovered\":" + list(open));
	}

	public static void main(String[] args) throws Exception {
		PrintStream said = System.out;
		System.setOut(System.err);      // DSS and what it rests on print there at times
		String[] f = Files.readString(Path.of(args[0])).split("\0", -1);
		for (int i = 0; i + 2 < f.length; i += 3) {
			String answer;
			try {
				answer = judge(f[i], f[i + 1], f[i + 2].isEmpty() ? new String[0] : f[i + 2].split(","));
			} catch (Exception | StackOverflowError e) {
				answer = "\"refused\":" + quote(String.valueOf(e.getMessage()));
			}
			said.println("{\"file\":" + quote(f[i]) + "," + answer + "}");
			said.flush();
		}
	}
}
