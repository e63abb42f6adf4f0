/* exif_tags: names of tags. Source: TIFF 6.0, Exif 2.32 tables 4 to 15; XP tags: Windows. */
#include "exif_block.h"

#define P EVD_EXIF_PLAIN
#define C EVD_EXIF_CHARS
#define K EVD_EXIF_CODED
#define U EVD_EXIF_UTF16
#define N EVD_EXIF_NUMBERS
#define S EVD_EXIF_SKIP

static const struct evd_exif_tag ifd0[] = {
    {0x00FE, "SubfileType", NULL, P},
    {0x0100, "ImageWidth", NULL, P},
    {0x0101, "ImageHeight", NULL, P},
    {0x0102, "BitsPerSample", NULL, P},
    {0x0103, "Compression", NULL, P},
    {0x0106, "PhotometricInterpretation", NULL, P},
    {0x010D, "DocumentName", NULL, P},
    {0x010E, "ImageDescription", "text.description", P},
    {0x010F, "Make", "device.maker", P},
    {0x0110, "Model", "device.model", P},
    {0x0111, "StripOffsets", NULL, P},
    {0x0112, "Orientation", "orientation", P},
    {0x0115, "SamplesPerPixel", NULL, P},
    {0x0116, "RowsPerStrip", NULL, P},
    {0x0117, "StripByteCounts", NULL, P},
    {0x011A, "XResolution", NULL, P},
    {0x011B, "YResolution", NULL, P},
    {0x011C, "PlanarConfiguration", NULL, P},
    {0x0128, "ResolutionUnit", NULL, P},
    {0x0131, "Software", "software", P},
    {0x0132, "ModifyDate", NULL, P},
    {0x013B, "Artist", "person.author", P},
    {0x013C, "HostComputer", "device.host", P},
    {0x013E, "WhitePoint", NULL, P},
    {0x013F, "PrimaryChromaticities", NULL, P},
    {0x0201, "ThumbnailOffset", NULL, P},
    {0x0202, "ThumbnailLength", NULL, P},
    {0x0211, "YCbCrCoefficients", NULL, P},
    {0x0212, "YCbCrSubSampling", NULL, P},
    {0x0213, "YCbCrPositioning", NULL, P},
    {0x0214, "ReferenceBlackWhite", NULL, P},
    {0x02BC, "ApplicationNotes", NULL, S},
    {0x4746, "Rating", NULL, P},
    {0x4749, "RatingPercent", NULL, P},
    {0x8298, "Copyright", "text.copyright", P},
    {0x83BB, "IPTC-NAA", NULL, S},
    {0x8649, "PhotoshopSettings", NULL, S},
    {0x8773, "ICC_Profile", NULL, S},
    {0x9C9B, "XPTitle", "text.title", U},
    {0x9C9C, "XPComment", "text.comment", U},
    {0x9C9D, "XPAuthor", "person.author", U},
    {0x9C9E, "XPKeywords", "text.keywords", U},
    {0x9C9F, "XPSubject", "text.subject", U},
    {0xC4A5, "PrintImageMatching", NULL, S},
    {0xEA1C, "Padding", NULL, S},
};

static const struct evd_exif_tag exif[] = {
    {0x829A, "ExposureTime", NULL, P},
    {0x829D, "FNumber", NULL, P},
    {0x8822, "ExposureProgram", NULL, P},
    {0x8824, "SpectralSensitivity", NULL, P},
    {0x8827, "ISO", NULL, P},
    {0x8830, "SensitivityType", NULL, P},
    {0x8831, "StandardOutputSensitivity", NULL, P},
    {0x8832, "RecommendedExposureIndex", NULL, P},
    {0x9000, "ExifVersion", NULL, C},
    {0x9003, "DateTimeOriginal", NULL, P},
    {0x9004, "CreateDate", NULL, P},
    {0x9010, "OffsetTime", NULL, P},
    {0x9011, "OffsetTimeOriginal", NULL, P},
    {0x9012, "OffsetTimeDigitized", NULL, P},
    {0x9101, "ComponentsConfiguration", NULL, N},
    {0x9102, "CompressedBitsPerPixel", NULL, P},
    {0x9201, "ShutterSpeedValue", NULL, P},
    {0x9202, "ApertureValue", NULL, P},
    {0x9203, "BrightnessValue", NULL, P},
    {0x9204, "ExposureCompensation", NULL, P},
    {0x9205, "MaxApertureValue", NULL, P},
    {0x9206, "SubjectDistance", NULL, P},
    {0x9207, "MeteringMode", NULL, P},
    {0x9208, "LightSource", NULL, P},
    {0x9209, "Flash", NULL, P},
    {0x920A, "FocalLength", NULL, P},
    {0x9214, "SubjectArea", NULL, P},
    {0x927C, "MakerNote", NULL, S},
    {0x9286, "UserComment", "text.comment", K},
    {0x9290, "SubSecTime", NULL, P},
    {0x9291, "SubSecTimeOriginal", NULL, P},
    {0x9292, "SubSecTimeDigitized", NULL, P},
    {0x9400, "AmbientTemperature", NULL, P},
    {0xA000, "FlashpixVersion", NULL, C},
    {0xA001, "ColorSpace", NULL, P},
    {0xA002, "ExifImageWidth", NULL, P},
    {0xA003, "ExifImageHeight", NULL, P},
    {0xA004, "RelatedSoundFile", NULL, P},
    {0xA20B, "FlashEnergy", NULL, P},
    {0xA20E, "FocalPlaneXResolution", NULL, P},
    {0xA20F, "FocalPlaneYResolution", NULL, P},
    {0xA210, "FocalPlaneResolutionUnit", NULL, P},
    {0xA214, "SubjectLocation", NULL, P},
    {0xA215, "ExposureIndex", NULL, P},
    {0xA217, "SensingMethod", NULL, P},
    {0xA300, "FileSource", NULL, N},
    {0xA301, "SceneType", NULL, N},
    {0xA302, "CFAPattern", NULL, N},
    {0xA401, "CustomRendered", NULL, P},
    {0xA402, "ExposureMode", NULL, P},
    {0xA403, "WhiteBalance", NULL, P},
    {0xA404, "DigitalZoomRatio", NULL, P},
    {0xA405, "FocalLengthIn35mmFormat", NULL, P},
    {0xA406, "SceneCaptureType", NULL, P},
    {0xA407, "GainControl", NULL, P},
    {0xA408, "Contrast", NULL, P},
    {0xA409, "Saturation", NULL, P},
    {0xA40A, "Sharpness", NULL, P},
    {0xA40C, "SubjectDistanceRange", NULL, P},
    {0xA420, "ImageUniqueID", "image.id", P},
    {0xA430, "OwnerName", "person.owner", P},
    {0xA431, "SerialNumber", "device.serial", P},
    {0xA432, "LensInfo", NULL, P},
    {0xA433, "LensMake", NULL, P},
    {0xA434, "LensModel", NULL, P},
    {0xA435, "LensSerialNumber", NULL, P},
    {0xA460, "CompositeImage", NULL, P},
    {0xA500, "Gamma", NULL, P},
    {0xEA1C, "Padding", NULL, S},
};

static const struct evd_exif_tag gps[] = {
    {0x0000, "GPSVersionID", NULL, P},       {0x0001, "GPSLatitudeRef", NULL, P},
    {0x0002, "GPSLatitude", NULL, P},        {0x0003, "GPSLongitudeRef", NULL, P},
    {0x0004, "GPSLongitude", NULL, P},       {0x0005, "GPSAltitudeRef", NULL, P},
    {0x0006, "GPSAltitude", NULL, P},        {0x0007, "GPSTimeStamp", NULL, P},
    {0x0008, "GPSSatellites", NULL, P},      {0x0009, "GPSStatus", NULL, P},
    {0x000A, "GPSMeasureMode", NULL, P},     {0x000B, "GPSDOP", NULL, P},
    {0x000C, "GPSSpeedRef", NULL, P},        {0x000D, "GPSSpeed", NULL, P},
    {0x000E, "GPSTrackRef", NULL, P},        {0x000F, "GPSTrack", NULL, P},
    {0x0010, "GPSImgDirectionRef", NULL, P}, {0x0011, "GPSImgDirection", NULL, P},
    {0x0012, "GPSMapDatum", NULL, P},        {0x0013, "GPSDestLatitudeRef", NULL, P},
    {0x0014, "GPSDestLatitude", NULL, P},    {0x0015, "GPSDestLongitudeRef", NULL, P},
    {0x0016, "GPSDestLongitude", NULL, P},   {0x0017, "GPSDestBearingRef", NULL, P},
    {0x0018, "GPSDestBearing", NULL, P},     {0x0019, "GPSDestDistanceRef", NULL, P},
    {0x001A, "GPSDestDistance", NULL, P},    {0x001B, "GPSProcessingMethod", NULL, K},
    {0x001C, "GPSAreaInformation", NULL, K}, {0x001D, "GPSDateStamp", NULL, P},
    {0x001E, "GPSDifferential", NULL, P},    {0x001F, "GPSHPositioningError", NULL, P},
};

static const struct evd_exif_tag interop[] = {
    {0x0001, "InteropIndex", NULL, P},           {0x0002, "InteropVersion", NULL, C},
    {0x1000, "RelatedImageFileFormat", NULL, P}, {0x1001, "RelatedImageWidth", NULL, P},
    {0x1002, "RelatedImageHeight", NULL, P},
};

const struct evd_exif_tag *evd_exif_tag_find(enum evd_exif_dir dir, uint16_t tag)
{
	const struct evd_exif_tag *list = ifd0;
	size_t n = sizeof ifd0 / sizeof *ifd0;

	if (dir == EVD_EXIF_EXIF) {
		list = exif;
		n = sizeof exif / sizeof *exif;
	} else if (dir == EVD_EXIF_GPS) {
		list = gps;
		n = sizeof gps / sizeof *gps;
	} else if (dir == EVD_EXIF_INTEROP) {
		list = interop;
		n = sizeof interop / sizeof *interop;
	}
	for (size_t i = 0; i < n; i++)
		if (list[i].tag == tag)
			return &list[i];
	return NULL;
}
