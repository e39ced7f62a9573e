/* Shown above iPXE's own name when it starts; copied to config/local. `cafeboot doctor` knows our builds by it. */

#undef PRODUCT_NAME
#define PRODUCT_NAME "cafeboot"
