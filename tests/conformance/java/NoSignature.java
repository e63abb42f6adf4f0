/*
 * NoSignature: digidoc4j reads XAdES signatures alone. It opens our container, names its files, sees no signature in it and calls it an unsupported format.
 * If this test ever fails, DigiDoc has begun to read CAdES, and docs/ may promise more than it does now.
 *
 *   java -cp 'LIB/*' NoSignature.java CONTAINER...
 */
import org.digidoc4j.Configuration;
import org.digidoc4j.Container;
import org.digidoc4j.ContainerOpener;

public class NoSignature {
	public static void main(String[] args) {
		boolean all = args.length > 0;
		for (String file : args) {
			Container c = ContainerOpener.open(file, new Configuration(Configuration.Mode.TEST));
			System.out.println(c.getType() + ", " + c.getDataFiles().size() + " files, " + c.getSignatures().size() +
				" signatures: " + file);
			var said = c.validate();
			System.out.println("  valid: " + said.isValid() + " " + said.getErrors());
			all &= c.getType().equals("ASICE") && !c.getDataFiles().isEmpty() && c.getSignatures().isEmpty() && !said.isValid();
		}
		System.exit(all ? 0 : 1);
	}
}
