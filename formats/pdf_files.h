/* pdf_files: the files that lie within a PDF. Stage: read-out. Source: ISO 32000-1 §7.11.4. */
#ifndef EVD_PDF_FILES_H
#define EVD_PDF_FILES_H

#include "pdf_objects.h"

/* Each file specification with a file embedded becomes a member; what cannot be unpacked is said. *active: one of the objects,
 * all of which are looked at, names scripts or programs to start. */
int evd_pdf_emit_files(struct evd_pdf *x, struct evd_sink *sink, bool *active,
                       struct evd_error *err) EVD_MUST_USE;
/* Before the sandbox: SHA-256. */
int evd_pdf_files_warm(struct evd_error *err) EVD_MUST_USE;

#endif
