/* replay: gives the kept inputs of a fuzz target to it once each, without libFuzzer: replay FOLDER. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int give(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	long n = -1;
	int ok;

	if (f && fseek(f, 0, SEEK_END) == 0)
		n = ftell(f);
	if (n >= 0)
		data =
		    malloc((size_t)n ? (size_t)n : 1); /* as large as the input: one byte beyond is seen */
	ok = data && fseek(f, 0, SEEK_SET) == 0 && fread(data, 1, (size_t)n, f) == (size_t)n;
	if (f)
		fclose(f);
	if (!ok)
		fprintf(stderr, "replay: %s cannot be read\n", path);
	else
		LLVMFuzzerTestOneInput(data, (size_t)n);
	free(data);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
	const struct dirent *e;
	char path[4096];
	unsigned n = 0;

	if (!d) {
		fputs("usage: replay FOLDER\n", stderr);
		return 64;
	}
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", argv[1], e->d_name);
		printf("%s\n", e->d_name);
		fflush(stdout); /* a crash stands behind the input's name */
		if (give(path))
			return 1;
		n++;
	}
	closedir(d);
	if (n == 0)
		fprintf(stderr, "replay: %s is empty\n", argv[1]);
	return n == 0;
}
