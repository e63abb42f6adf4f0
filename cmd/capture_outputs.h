/*
 * capture_outputs: what a Wayland compositor tells every program of its outputs (wl_output of the core
 * protocol, versions 1 to 4): monitors and their scale, not what they show.
 */
#ifndef CAPTURE_OUTPUTS_H
#define CAPTURE_OUTPUTS_H

#include "capture.h"

/* capture_outputs(o): `display` with `name` and `monitors`; false, and nothing, if there is no compositor,
 * it does not answer within two seconds, or the build has no libwayland-client. */
bool capture_outputs(struct evd_object *o);

#endif
