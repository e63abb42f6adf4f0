/* large_pages on systems for which no backend is written: see large_pages.h. */
#include "platform/large_pages.h"

void evd_large_pages_code(void)
{
}
