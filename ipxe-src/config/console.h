/* What PCs show and read; copied to config/local. */

/* For the `console` command: a menu over a picture, in the screen's own resolution. */
#define CONSOLE_FRAMEBUFFER

#undef KEYBOARD_MAP
#define KEYBOARD_MAP us
