// node core-cli.mjs [options] BUNDLE…

import { run } from "./node.ts";

process.exitCode = await run(
	process.argv.slice(2),
	(line) => process.stdout.write(line + "\n"),
	(why) => process.stderr.write(why + "\n"),
);
