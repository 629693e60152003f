/* SPDX-License-Identifier: ISC */
/*
 * Pictures as PNG and PDF, by cairo; their text by pango, which finds a font
 * for each script and shapes it. Both are loaded when a picture is drawn: they
 * take longer to start than everything else of a program. What is used of them
 * is declared here, because their headers would bring some sixty packages to
 * each machine that builds; their interface has been the same since cairo 1.16
 * and pango 1.16.
 */
#include <pthread.h>

#include "chart/chart_priv.h"

typedef struct cairo cairo_t;
typedef struct surface cairo_surface_t;
typedef struct options cairo_font_options_t;
typedef struct layout PangoLayout;
typedef struct layout_line PangoLayoutLine;
typedef struct context PangoContext;
typedef struct language PangoLanguage;
typedef struct font PangoFontDescription;
typedef int (*write_t)(void *closure, const unsigned char *data, unsigned n);

enum {
	CAIRO_ANTIALIAS_GRAY = 2,
	CAIRO_FORMAT_RGB24 = 1,
	CAIRO_HINT_METRICS_OFF = 1,
	CAIRO_HINT_STYLE_NONE = 1,
	CAIRO_LINE_CAP_ROUND = 1,
	CAIRO_LINE_JOIN_ROUND = 1,
	CAIRO_PDF_METADATA_TITLE = 0,
	CAIRO_PDF_METADATA_CREATE_DATE = 5,
	PANGO_SCALE = 1024,
	PANGO_WEIGHT_BOLD = 700,
};

#define FUNCTIONS(X)                                                           \
	X(void, cairo_arc,                                                     \
	    (cairo_t *, double, double, double, double, double))               \
	X(void, cairo_close_path, (cairo_t *))                                 \
	X(cairo_t *, cairo_create, (cairo_surface_t *))                        \
	X(void, cairo_destroy, (cairo_t *))                                    \
	X(void, cairo_fill, (cairo_t *))                                       \
	X(cairo_font_options_t *, cairo_font_options_create, (void))           \
	X(void, cairo_font_options_destroy, (cairo_font_options_t *))          \
	X(void, cairo_font_options_set_antialias,                              \
	    (cairo_font_options_t *, int))                                     \
	X(void, cairo_font_options_set_hint_metrics,                           \
	    (cairo_font_options_t *, int))                                     \
	X(void, cairo_font_options_set_hint_style,                             \
	    (cairo_font_options_t *, int))                                     \
	X(cairo_surface_t *, cairo_image_surface_create, (int, int, int))      \
	X(void, cairo_line_to, (cairo_t *, double, double))                    \
	X(void, cairo_move_to, (cairo_t *, double, double))                    \
	X(void, cairo_new_path, (cairo_t *))                                   \
	X(void, cairo_paint, (cairo_t *))                                      \
	X(cairo_surface_t *, cairo_pdf_surface_create_for_stream,              \
	    (write_t, void *, double, double))                                 \
	X(void, cairo_pdf_surface_set_metadata,                                \
	    (cairo_surface_t *, int, const char *))                            \
	X(void, cairo_scale, (cairo_t *, double, double))                      \
	X(void, cairo_set_dash, (cairo_t *, const double *, int, double))      \
	X(void, cairo_set_line_cap, (cairo_t *, int))                          \
	X(void, cairo_set_line_join, (cairo_t *, int))                         \
	X(void, cairo_set_line_width, (cairo_t *, double))                     \
	X(void, cairo_set_source_rgba,                                         \
	    (cairo_t *, double, double, double, double))                       \
	X(void, cairo_show_page, (cairo_t *))                                  \
	X(int, cairo_status, (cairo_t *))                                      \
	X(const char *, cairo_status_to_string, (int))                         \
	X(void, cairo_stroke, (cairo_t *))                                     \
	X(void, cairo_surface_destroy, (cairo_surface_t *))                    \
	X(void, cairo_surface_finish, (cairo_surface_t *))                     \
	X(int, cairo_surface_status, (cairo_surface_t *))                      \
	X(int, cairo_surface_write_to_png_stream,                              \
	    (cairo_surface_t *, write_t, void *))                              \
	X(void, g_object_unref, (void *))                                      \
	X(void, pango_cairo_context_set_font_options,                          \
	    (PangoContext *, const cairo_font_options_t *))                    \
	X(PangoLayout *, pango_cairo_create_layout, (cairo_t *))               \
	X(void, pango_cairo_show_layout_line, (cairo_t *, PangoLayoutLine *))  \
	X(void, pango_context_set_language, (PangoContext *, PangoLanguage *)) \
	X(void, pango_font_description_free, (PangoFontDescription *))         \
	X(PangoFontDescription *, pango_font_description_from_string,          \
	    (const char *))                                                    \
	X(void, pango_font_description_set_absolute_size,                      \
	    (PangoFontDescription *, double))                                  \
	X(void, pango_font_description_set_weight,                             \
	    (PangoFontDescription *, int))                                     \
	X(PangoLanguage *, pango_language_from_string, (const char *))         \
	X(PangoContext *, pango_layout_get_context, (PangoLayout *))           \
	X(PangoLayoutLine *, pango_layout_get_line_readonly,                   \
	    (PangoLayout *, int))                                              \
	X(void, pango_layout_get_size, (PangoLayout *, int *, int *))          \
	X(int, pango_layout_get_unknown_glyphs_count, (PangoLayout *))         \
	X(void, pango_layout_set_font_description,                             \
	    (PangoLayout *, const PangoFontDescription *))                     \
	X(void, pango_layout_set_single_paragraph_mode, (PangoLayout *, int))  \
	X(void, pango_layout_set_text, (PangoLayout *, const char *, int))

static struct {
#define MEMBER(type, name, arguments) type(*name) arguments;
	FUNCTIONS(MEMBER)
#undef MEMBER
} lib;

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
/* Fontconfig keeps what it has found about fonts until the process ends; cairo
 * 1.16 loses 768 bytes with each PDF. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libpango\nleak:libcairo\n";
}
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct err problem;

static void
load(void)
{
	static const struct library_function functions[] = {
#define FUNCTION(type, name, arguments) \
	{#name, offsetof(__typeof__(lib), name)},
	    FUNCTIONS(FUNCTION)
#undef FUNCTION
	};
	static const char *const files[] = {"libpangocairo-1.0.so.0", NULL};
	/* It brings cairo, pango and GObject with it. */
	const struct library l = {"pango and cairo, which draw PNG and PDF "
				  "(Debian: apt install libpangocairo-1.0-0)",
	    files, functions, COUNT_OF(functions), &lib};

	library_load(&l, &problem);
}

struct page {
	cairo_t *cairo;
	PangoLayout *layout;
	PangoFontDescription *font[2]; /* plain, bold */
	struct remarks *remarks;
	bool told;
};

static void
use(const struct page *p, uint32_t colour, double opacity)
{
	lib.cairo_set_source_rgba(p->cairo, (colour >> 16 & 0xff) / 255.0,
	    (colour >> 8 & 0xff) / 255.0, (colour & 0xff) / 255.0, opacity);
}

static void
path(const struct page *p, const struct chart_point *points, size_t n)
{
	/* A text before has left a point behind. */
	lib.cairo_new_path(p->cairo);
	for (size_t i = 0; i < n; i++)
		if (i)
			lib.cairo_line_to(p->cairo, points[i].x, points[i].y);
		else
			lib.cairo_move_to(p->cairo, points[i].x, points[i].y);
}

static void
line(void *context, const struct chart_point *points, size_t n,
    const struct chart_pen *pen)
{
	static const double dash[] = {6, 4};
	const struct page *p = context;

	path(p, points, n);
	use(p, pen->colour, 1);
	lib.cairo_set_line_width(p->cairo, pen->width);
	lib.cairo_set_dash(p->cairo, dash, pen->dashed ? 2 : 0, 0);
	lib.cairo_stroke(p->cairo);
}

static void
area(void *context, const struct chart_point *points, size_t n, uint32_t colour,
    double opacity)
{
	const struct page *p = context;

	path(p, points, n);
	lib.cairo_close_path(p->cairo);
	use(p, colour, opacity);
	lib.cairo_fill(p->cairo);
}

static void
dot(void *context, struct chart_point at, double radius, uint32_t colour)
{
	const struct page *p = context;

	use(p, colour, 1);
	lib.cairo_new_path(p->cairo);
	lib.cairo_arc(p->cairo, at.x, at.y, radius, 0, 6.283185307179586);
	lib.cairo_fill(p->cairo);
}

/* Puts the text into the layout; returns its width. */
static double
lay(struct page *p, const struct chart_font *font, struct str s)
{
	struct buf safe = {0};
	int width = 0;
	int missing;

	text_safe(&safe, s);
	lib.pango_font_description_set_absolute_size(
	    p->font[font->bold], font->size * PANGO_SCALE);
	lib.pango_layout_set_font_description(p->layout, p->font[font->bold]);
	lib.pango_layout_set_text(
	    p->layout, safe.p ? safe.p : "", (int)safe.len);
	lib.pango_layout_get_size(p->layout, &width, NULL);
	missing = lib.pango_layout_get_unknown_glyphs_count(p->layout);
	if (missing > 0 && !p->told) {
		p->told = true;
		remark(p->remarks, (struct place){0},
		    "no font of this machine has all characters of %s (Debian: "
		    "apt install fonts-noto-cjk)",
		    quoted(s));
	}
	buf_release(&safe);
	return (double)width / PANGO_SCALE;
}

static double
width(void *context, const struct chart_font *font, struct str s)
{
	return lay(context, font, s);
}

static void
text(void *context, struct chart_point at, const struct chart_font *font,
    struct str s)
{
	struct page *p = context;
	double wide = lay(p, font, s);

	if (font->anchor == ANCHOR_MIDDLE)
		at.x -= wide / 2;
	else if (font->anchor == ANCHOR_END)
		at.x -= wide;
	use(p, font->colour, 1);
	lib.cairo_move_to(p->cairo, at.x, at.y);
	lib.pango_cairo_show_layout_line(
	    p->cairo, lib.pango_layout_get_line_readonly(p->layout, 0));
}

static void
page_open(struct page *p, cairo_surface_t *surface, struct remarks *remarks)
{
	cairo_font_options_t *options = lib.cairo_font_options_create();
	PangoContext *context;

	*p = (struct page){
	    .cairo = lib.cairo_create(surface), .remarks = remarks};
	/* Not as the user's screen wants it: the same everywhere. */
	lib.cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	lib.cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	lib.cairo_font_options_set_hint_metrics(
	    options, CAIRO_HINT_METRICS_OFF);
	p->layout = lib.pango_cairo_create_layout(p->cairo);
	context = lib.pango_layout_get_context(p->layout);
	lib.pango_cairo_context_set_font_options(context, options);
	/* Characters that Chinese has too look as in Japanese. */
	lib.pango_context_set_language(
	    context, lib.pango_language_from_string("ja"));
	lib.pango_layout_set_single_paragraph_mode(p->layout, 1);
	for (int bold = 0; bold < 2; bold++)
		p->font[bold] = lib.pango_font_description_from_string(
		    "Noto Sans,Noto Sans CJK JP,DejaVu Sans,sans-serif");
	lib.pango_font_description_set_weight(p->font[1], PANGO_WEIGHT_BOLD);
	lib.cairo_font_options_destroy(options);
	lib.cairo_set_line_join(p->cairo, CAIRO_LINE_JOIN_ROUND);
	lib.cairo_set_line_cap(p->cairo, CAIRO_LINE_CAP_ROUND);
}

static void
page_close(struct page *p)
{
	for (int bold = 0; bold < 2; bold++)
		lib.pango_font_description_free(p->font[bold]);
	lib.g_object_unref(p->layout);
	lib.cairo_destroy(p->cairo);
}

static int
write_bytes(void *closure, const unsigned char *data, unsigned n)
{
	buf_add(closure, data, n);
	return 0; /* success */
}

static void
name_document(cairo_surface_t *surface, const struct chart_plot *plot)
{
	struct buf title = {0};

	/* A moment would make each run another file. */
	lib.cairo_pdf_surface_set_metadata(
	    surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
	if (plot->title.n && utf8_valid(plot->title) == plot->title.n) {
		text_safe(&title, plot->title);
		lib.cairo_pdf_surface_set_metadata(
		    surface, CAIRO_PDF_METADATA_TITLE, title.p);
	}
	buf_release(&title);
}

int
chart_cairo(struct buf *out, const struct chart_plot *plot, bool pdf,
    struct chart_size size, struct remarks *remarks, struct err *err)
{
	size_t start = out->len;
	double scale = pdf ? 1 : size.scale;
	cairo_surface_t *surface;
	int status;
	struct page page;

	pthread_once(&once, load);
	if (problem.kind)
		return err_set(err, problem.kind, "%s", problem.text);
	if (pdf) {
		surface = lib.cairo_pdf_surface_create_for_stream(
		    write_bytes, out, size.width, size.height);
		name_document(surface, plot);
	} else {
		surface = lib.cairo_image_surface_create(CAIRO_FORMAT_RGB24,
		    (int)(size.width * scale), (int)(size.height * scale));
	}
	page_open(&page, surface, remarks);
	lib.cairo_scale(page.cairo, scale, scale);
	use(&page, 0xffffff, 1);
	lib.cairo_paint(page.cairo);
	chart_draw(&(struct chart_canvas){&page, line, area, dot, text, width},
	    plot, size);
	if (pdf)
		lib.cairo_show_page(page.cairo);
	status = lib.cairo_status(page.cairo);
	page_close(&page);
	if (!status && !pdf)
		status = lib.cairo_surface_write_to_png_stream(
		    surface, write_bytes, out);
	lib.cairo_surface_finish(surface);
	if (!status)
		status = lib.cairo_surface_status(surface);
	lib.cairo_surface_destroy(surface);
	if (status) {
		buf_truncate(out, start);
		return err_set(err, ERR_FAIL, "cairo: %s",
		    lib.cairo_status_to_string(status));
	}
	return 0;
}
