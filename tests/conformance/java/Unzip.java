/*
 * Unzip: lists a ZIP file's entries with the SHA-256 of their bytes, as two readers of Java see them.
 *
 *   java Unzip.java stream|file ZIP        "HEX  NAME" lines
 */
import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

public class Unzip {
	static void print(String name, InputStream in) throws Exception {
		MessageDigest d = MessageDigest.getInstance("SHA-256");
		byte[] block = new byte[1 << 16];
		for (int n; (n = in.read(block)) > 0;)
			d.update(block, 0, n);
		System.out.println(HexFormat.of().formatHex(d.digest()) + "  " + name);
	}

	public static void main(String[] args) throws Exception {
		if (args[0].equals("stream")) {
			try (ZipInputStream z = new ZipInputStream(new FileInputStream(args[1]), StandardCharsets.UTF_8)) {
				for (ZipEntry e; (e = z.getNextEntry()) != null;)
					print(e.getName(), z);
			}
			return;
		}
		try (ZipFile z = new ZipFile(args[1], StandardCharsets.UTF_8)) {
			var all = z.entries();
			while (all.hasMoreElements()) {
				ZipEntry e = all.nextElement();
				try (InputStream in = z.getInputStream(e)) {
					print(e.getName(), in);
				}
			}
		}
	}
}
