/// Tables of 8-bit character sets (from the Unicode consortium's mapping files) and the rules of transliteration.
#include "erp/encoding.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include <fmt/format.h>

#include "base/result.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace moisson::erp {

namespace {

// Bytes 0x80 to 0xff of each set as code points; 0: the byte has no letter.
constexpr std::array<char16_t, 128> iso_8859_15_letters{
    0x0080, 0x0081, 0x0082, 0x0083, 0x0084, 0x0085, 0x0086, 0x0087, 0x0088, 0x0089, 0x008a, 0x008b, 0x008c, 0x008d, 0x008e, 0x008f,
    0x0090, 0x0091, 0x0092, 0x0093, 0x0094, 0x0095, 0x0096, 0x0097, 0x0098, 0x0099, 0x009a, 0x009b, 0x009c, 0x009d, 0x009e, 0x009f,
    0x00a0, 0x00a1, 0x00a2, 0x00a3, 0x20ac, 0x00a5, 0x0160, 0x00a7, 0x0161, 0x00a9, 0x00aa, 0x00ab, 0x00ac, 0x00ad, 0x00ae, 0x00af,
    0x00b0, 0x00b1, 0x00b2, 0x00b3, 0x017d, 0x00b5, 0x00b6, 0x00b7, 0x017e, 0x00b9, 0x00ba, 0x00bb, 0x0152, 0x0153, 0x0178, 0x00bf,
    0x00c0, 0x00c1, 0x00c2, 0x00c3, 0x00c4, 0x00c5, 0x00c6, 0x00c7, 0x00c8, 0x00c9, 0x00ca, 0x00cb, 0x00cc, 0x00cd, 0x00ce, 0x00cf,
    0x00d0, 0x00d1, 0x00d2, 0x00d3, 0x00d4, 0x00d5, 0x00d6, 0x00d7, 0x00d8, 0x00d9, 0x00da, 0x00db, 0x00dc, 0x00dd, 0x00de, 0x00df,
    0x00e0, 0x00e1, 0x00e2, 0x00e3, 0x00e4, 0x00e5, 0x00e6, 0x00e7, 0x00e8, 0x00e9, 0x00ea, 0x00eb, 0x00ec, 0x00ed, 0x00ee, 0x00ef,
    0x00f0, 0x00f1, 0x00f2, 0x00f3, 0x00f4, 0x00f5, 0x00f6, 0x00f7, 0x00f8, 0x00f9, 0x00fa, 0x00fb, 0x00fc, 0x00fd, 0x00fe, 0x00ff,
};

constexpr std::array<char16_t, 128> cp1252_letters{
    0x20ac, 0x0000, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x0000, 0x017d, 0x0000,
    0x0000, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x0000, 0x017e, 0x0178,
    0x00a0, 0x00a1, 0x00a2, 0x00a3, 0x00a4, 0x00a5, 0x00a6, 0x00a7, 0x00a8, 0x00a9, 0x00aa, 0x00ab, 0x00ac, 0x00ad, 0x00ae, 0x00af,
    0x00b0, 0x00b1, 0x00b2, 0x00b3, 0x00b4, 0x00b5, 0x00b6, 0x00b7, 0x00b8, 0x00b9, 0x00ba, 0x00bb, 0x00bc, 0x00bd, 0x00be, 0x00bf,
    0x00c0, 0x00c1, 0x00c2, 0x00c3, 0x00c4, 0x00c5, 0x00c6, 0x00c7, 0x00c8, 0x00c9, 0x00ca, 0x00cb, 0x00cc, 0x00cd, 0x00ce, 0x00cf,
    0x00d0, 0x00d1, 0x00d2, 0x00d3, 0x00d4, 0x00d5, 0x00d6, 0x00d7, 0x00d8, 0x00d9, 0x00da, 0x00db, 0x00dc, 0x00dd, 0x00de, 0x00df,
    0x00e0, 0x00e1, 0x00e2, 0x00e3, 0x00e4, 0x00e5, 0x00e6, 0x00e7, 0x00e8, 0x00e9, 0x00ea, 0x00eb, 0x00ec, 0x00ed, 0x00ee, 0x00ef,
    0x00f0, 0x00f1, 0x00f2, 0x00f3, 0x00f4, 0x00f5, 0x00f6, 0x00f7, 0x00f8, 0x00f9, 0x00fa, 0x00fb, 0x00fc, 0x00fd, 0x00fe, 0x00ff,
};

constexpr std::array<char16_t, 128> cp850_letters{
    0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7, 0x00ea, 0x00eb, 0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5,
    0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9, 0x00ff, 0x00d6, 0x00dc, 0x00f8, 0x00a3, 0x00d8, 0x00d7, 0x0192,
    0x00e1, 0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba, 0x00bf, 0x00ae, 0x00ac, 0x00bd, 0x00bc, 0x00a1, 0x00ab, 0x00bb,
    0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x00c1, 0x00c2, 0x00c0, 0x00a9, 0x2563, 0x2551, 0x2557, 0x255d, 0x00a2, 0x00a5, 0x2510,
    0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x00e3, 0x00c3, 0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x00a4,
    0x00f0, 0x00d0, 0x00ca, 0x00cb, 0x00c8, 0x0131, 0x00cd, 0x00ce, 0x00cf, 0x2518, 0x250c, 0x2588, 0x2584, 0x00a6, 0x00cc, 0x2580,
    0x00d3, 0x00df, 0x00d4, 0x00d2, 0x00f5, 0x00d5, 0x00b5, 0x00fe, 0x00de, 0x00da, 0x00db, 0x00d9, 0x00fd, 0x00dd, 0x00af, 0x00b4,
    0x00ad, 0x00b1, 0x2017, 0x00be, 0x00b6, 0x00a7, 0x00f7, 0x00b8, 0x00b0, 0x00a8, 0x00b7, 0x00b9, 0x00b3, 0x00b2, 0x25a0, 0x00a0,
};

struct Rule {
    char16_t letter;
    std::string_view text;
};

// Sorted. Latin letters lose their marks; Greek and Cyrillic are romanised letter by letter; signs get the usual ASCII stand-in.
constexpr std::array rules = std::to_array<Rule>({
    {0x00a0, " "},    {0x00a1, "!"},   {0x00a2, "c"},  {0x00a3, "GBP"},  {0x00a4, "*"},   {0x00a5, "JPY"}, {0x00a6, "|"},   {0x00a7, "S"},
    {0x00a8, "\""},   {0x00a9, "(c)"}, {0x00aa, "a"},  {0x00ab, "\""},   {0x00ac, "-"},   {0x00ad, ""},    {0x00ae, "(R)"}, {0x00af, "-"},
    {0x00b0, "deg"},  {0x00b1, "+/-"}, {0x00b2, "2"},  {0x00b3, "3"},    {0x00b4, "'"},   {0x00b5, "u"},   {0x00b6, "P"},   {0x00b7, "."},
    {0x00b8, ","},    {0x00b9, "1"},   {0x00ba, "o"},  {0x00bb, "\""},   {0x00bc, "1/4"}, {0x00bd, "1/2"}, {0x00be, "3/4"}, {0x00bf, "?"},
    {0x00c0, "A"},    {0x00c1, "A"},   {0x00c2, "A"},  {0x00c3, "A"},    {0x00c4, "A"},   {0x00c5, "A"},   {0x00c6, "AE"},  {0x00c7, "C"},
    {0x00c8, "E"},    {0x00c9, "E"},   {0x00ca, "E"},  {0x00cb, "E"},    {0x00cc, "I"},   {0x00cd, "I"},   {0x00ce, "I"},   {0x00cf, "I"},
    {0x00d0, "D"},    {0x00d1, "N"},   {0x00d2, "O"},  {0x00d3, "O"},    {0x00d4, "O"},   {0x00d5, "O"},   {0x00d6, "O"},   {0x00d7, "x"},
    {0x00d8, "O"},    {0x00d9, "U"},   {0x00da, "U"},  {0x00db, "U"},    {0x00dc, "U"},   {0x00dd, "Y"},   {0x00de, "Th"},  {0x00df, "ss"},
    {0x00e0, "a"},    {0x00e1, "a"},   {0x00e2, "a"},  {0x00e3, "a"},    {0x00e4, "a"},   {0x00e5, "a"},   {0x00e6, "ae"},  {0x00e7, "c"},
    {0x00e8, "e"},    {0x00e9, "e"},   {0x00ea, "e"},  {0x00eb, "e"},    {0x00ec, "i"},   {0x00ed, "i"},   {0x00ee, "i"},   {0x00ef, "i"},
    {0x00f0, "d"},    {0x00f1, "n"},   {0x00f2, "o"},  {0x00f3, "o"},    {0x00f4, "o"},   {0x00f5, "o"},   {0x00f6, "o"},   {0x00f7, "/"},
    {0x00f8, "o"},    {0x00f9, "u"},   {0x00fa, "u"},  {0x00fb, "u"},    {0x00fc, "u"},   {0x00fd, "y"},   {0x00fe, "th"},  {0x00ff, "y"},
    {0x0100, "A"},    {0x0101, "a"},   {0x0102, "A"},  {0x0103, "a"},    {0x0104, "A"},   {0x0105, "a"},   {0x0106, "C"},   {0x0107, "c"},
    {0x0108, "C"},    {0x0109, "c"},   {0x010a, "C"},  {0x010b, "c"},    {0x010c, "C"},   {0x010d, "c"},   {0x010e, "D"},   {0x010f, "d"},
    {0x0110, "D"},    {0x0111, "d"},   {0x0112, "E"},  {0x0113, "e"},    {0x0114, "E"},   {0x0115, "e"},   {0x0116, "E"},   {0x0117, "e"},
    {0x0118, "E"},    {0x0119, "e"},   {0x011a, "E"},  {0x011b, "e"},    {0x011c, "G"},   {0x011d, "g"},   {0x011e, "G"},   {0x011f, "g"},
    {0x0120, "G"},    {0x0121, "g"},   {0x0122, "G"},  {0x0123, "g"},    {0x0124, "H"},   {0x0125, "h"},   {0x0126, "H"},   {0x0127, "h"},
    {0x0128, "I"},    {0x0129, "i"},   {0x012a, "I"},  {0x012b, "i"},    {0x012c, "I"},   {0x012d, "i"},   {0x012e, "I"},   {0x012f, "i"},
    {0x0130, "I"},    {0x0131, "i"},   {0x0132, "IJ"}, {0x0133, "ij"},   {0x0134, "J"},   {0x0135, "j"},   {0x0136, "K"},   {0x0137, "k"},
    {0x0138, "k"},    {0x0139, "L"},   {0x013a, "l"},  {0x013b, "L"},    {0x013c, "l"},   {0x013d, "L"},   {0x013e, "l"},   {0x013f, "L."},
    {0x0140, "l."},   {0x0141, "L"},   {0x0142, "l"},  {0x0143, "N"},    {0x0144, "n"},   {0x0145, "N"},   {0x0146, "n"},   {0x0147, "N"},
    {0x0148, "n"},    {0x014a, "N"},   {0x014b, "n"},  {0x014c, "O"},    {0x014d, "o"},   {0x014e, "O"},   {0x014f, "o"},   {0x0150, "O"},
    {0x0151, "o"},    {0x0152, "OE"},  {0x0153, "oe"}, {0x0154, "R"},    {0x0155, "r"},   {0x0156, "R"},   {0x0157, "r"},   {0x0158, "R"},
    {0x0159, "r"},    {0x015a, "S"},   {0x015b, "s"},  {0x015c, "S"},    {0x015d, "s"},   {0x015e, "S"},   {0x015f, "s"},   {0x0160, "S"},
    {0x0161, "s"},    {0x0162, "T"},   {0x0163, "t"},  {0x0164, "T"},    {0x0165, "t"},   {0x0166, "T"},   {0x0167, "t"},   {0x0168, "U"},
    {0x0169, "u"},    {0x016a, "U"},   {0x016b, "u"},  {0x016c, "U"},    {0x016d, "u"},   {0x016e, "U"},   {0x016f, "u"},   {0x0170, "U"},
    {0x0171, "u"},    {0x0172, "U"},   {0x0173, "u"},  {0x0174, "W"},    {0x0175, "w"},   {0x0176, "Y"},   {0x0177, "y"},   {0x0178, "Y"},
    {0x0179, "Z"},    {0x017a, "z"},   {0x017b, "Z"},  {0x017c, "z"},    {0x017d, "Z"},   {0x017e, "z"},   {0x017f, "s"},   {0x0192, "f"},
    {0x01a0, "O"},    {0x01a1, "o"},   {0x01af, "U"},  {0x01b0, "u"},    {0x01c4, "DZ"},  {0x01c5, "Dz"},  {0x01c6, "dz"},  {0x01c7, "LJ"},
    {0x01c8, "Lj"},   {0x01c9, "lj"},  {0x01ca, "NJ"}, {0x01cb, "Nj"},   {0x01cc, "nj"},  {0x01cd, "A"},   {0x01ce, "a"},   {0x01cf, "I"},
    {0x01d0, "i"},    {0x01d1, "O"},   {0x01d2, "o"},  {0x01d3, "U"},    {0x01d4, "u"},   {0x01d5, "U"},   {0x01d6, "u"},   {0x01d7, "U"},
    {0x01d8, "u"},    {0x01d9, "U"},   {0x01da, "u"},  {0x01db, "U"},    {0x01dc, "u"},   {0x01de, "A"},   {0x01df, "a"},   {0x01e0, "A"},
    {0x01e1, "a"},    {0x01e2, "AE"},  {0x01e3, "ae"}, {0x01e6, "G"},    {0x01e7, "g"},   {0x01e8, "K"},   {0x01e9, "k"},   {0x01ea, "O"},
    {0x01eb, "o"},    {0x01ec, "O"},   {0x01ed, "o"},  {0x01f0, "j"},    {0x01f1, "DZ"},  {0x01f2, "Dz"},  {0x01f3, "dz"},  {0x01f4, "G"},
    {0x01f5, "g"},    {0x01f8, "N"},   {0x01f9, "n"},  {0x01fa, "A"},    {0x01fb, "a"},   {0x01fc, "AE"},  {0x01fd, "ae"},  {0x01fe, "O"},
    {0x01ff, "o"},    {0x0200, "A"},   {0x0201, "a"},  {0x0202, "A"},    {0x0203, "a"},   {0x0204, "E"},   {0x0205, "e"},   {0x0206, "E"},
    {0x0207, "e"},    {0x0208, "I"},   {0x0209, "i"},  {0x020a, "I"},    {0x020b, "i"},   {0x020c, "O"},   {0x020d, "o"},   {0x020e, "O"},
    {0x020f, "o"},    {0x0210, "R"},   {0x0211, "r"},  {0x0212, "R"},    {0x0213, "r"},   {0x0214, "U"},   {0x0215, "u"},   {0x0216, "U"},
    {0x0217, "u"},    {0x0218, "S"},   {0x0219, "s"},  {0x021a, "T"},    {0x021b, "t"},   {0x021e, "H"},   {0x021f, "h"},   {0x0226, "A"},
    {0x0227, "a"},    {0x0228, "E"},   {0x0229, "e"},  {0x022a, "O"},    {0x022b, "o"},   {0x022c, "O"},   {0x022d, "o"},   {0x022e, "O"},
    {0x022f, "o"},    {0x0230, "O"},   {0x0231, "o"},  {0x0232, "Y"},    {0x0233, "y"},   {0x02c6, "^"},   {0x02dc, "~"},   {0x037a, " "},
    {0x037e, ";"},    {0x0384, " "},   {0x0385, " "},  {0x0386, "A"},    {0x0387, "."},   {0x0388, "E"},   {0x0389, "I"},   {0x038a, "I"},
    {0x038c, "O"},    {0x038e, "Y"},   {0x038f, "O"},  {0x0390, "i"},    {0x0391, "A"},   {0x0392, "B"},   {0x0393, "G"},   {0x0394, "D"},
    {0x0395, "E"},    {0x0396, "Z"},   {0x0397, "I"},  {0x0398, "Th"},   {0x0399, "I"},   {0x039a, "K"},   {0x039b, "L"},   {0x039c, "M"},
    {0x039d, "N"},    {0x039e, "X"},   {0x039f, "O"},  {0x03a0, "P"},    {0x03a1, "R"},   {0x03a3, "S"},   {0x03a4, "T"},   {0x03a5, "Y"},
    {0x03a6, "F"},    {0x03a7, "Ch"},  {0x03a8, "Ps"}, {0x03a9, "O"},    {0x03aa, "I"},   {0x03ab, "Y"},   {0x03ac, "a"},   {0x03ad, "e"},
    {0x03ae, "i"},    {0x03af, "i"},   {0x03b0, "y"},  {0x03b1, "a"},    {0x03b2, "b"},   {0x03b3, "g"},   {0x03b4, "d"},   {0x03b5, "e"},
    {0x03b6, "z"},    {0x03b7, "i"},   {0x03b8, "th"}, {0x03b9, "i"},    {0x03ba, "k"},   {0x03bb, "l"},   {0x03bc, "u"},   {0x03bd, "n"},
    {0x03be, "x"},    {0x03bf, "o"},   {0x03c0, "p"},  {0x03c1, "r"},    {0x03c2, "s"},   {0x03c3, "s"},   {0x03c4, "t"},   {0x03c5, "y"},
    {0x03c6, "f"},    {0x03c7, "ch"},  {0x03c8, "ps"}, {0x03c9, "o"},    {0x03ca, "i"},   {0x03cb, "y"},   {0x03cc, "o"},   {0x03cd, "y"},
    {0x03ce, "o"},    {0x03d0, "b"},   {0x03d1, "th"}, {0x03d2, "Y"},    {0x03d3, "Y"},   {0x03d4, "Y"},   {0x03d5, "f"},   {0x03d6, "p"},
    {0x03f0, "k"},    {0x03f1, "r"},   {0x03f2, "s"},  {0x03f4, "Th"},   {0x03f5, "e"},   {0x03f9, "S"},   {0x0401, "E"},   {0x0410, "A"},
    {0x0411, "B"},    {0x0412, "V"},   {0x0413, "G"},  {0x0414, "D"},    {0x0415, "E"},   {0x0416, "Zh"},  {0x0417, "Z"},   {0x0418, "I"},
    {0x0419, "I"},    {0x041a, "K"},   {0x041b, "L"},  {0x041c, "M"},    {0x041d, "N"},   {0x041e, "O"},   {0x041f, "P"},   {0x0420, "R"},
    {0x0421, "S"},    {0x0422, "T"},   {0x0423, "U"},  {0x0424, "F"},    {0x0425, "Kh"},  {0x0426, "Ts"},  {0x0427, "Ch"},  {0x0428, "Sh"},
    {0x0429, "Shch"}, {0x042a, ""},    {0x042b, "Y"},  {0x042c, ""},     {0x042d, "E"},   {0x042e, "Iu"},  {0x042f, "Ia"},  {0x0430, "a"},
    {0x0431, "b"},    {0x0432, "v"},   {0x0433, "g"},  {0x0434, "d"},    {0x0435, "e"},   {0x0436, "zh"},  {0x0437, "z"},   {0x0438, "i"},
    {0x0439, "i"},    {0x043a, "k"},   {0x043b, "l"},  {0x043c, "m"},    {0x043d, "n"},   {0x043e, "o"},   {0x043f, "p"},   {0x0440, "r"},
    {0x0441, "s"},    {0x0442, "t"},   {0x0443, "u"},  {0x0444, "f"},    {0x0445, "kh"},  {0x0446, "ts"},  {0x0447, "ch"},  {0x0448, "sh"},
    {0x0449, "shch"}, {0x044a, ""},    {0x044b, "y"},  {0x044c, ""},     {0x044d, "e"},   {0x044e, "iu"},  {0x044f, "ia"},  {0x0451, "e"},
    {0x1e00, "A"},    {0x1e01, "a"},   {0x1e02, "B"},  {0x1e03, "b"},    {0x1e04, "B"},   {0x1e05, "b"},   {0x1e06, "B"},   {0x1e07, "b"},
    {0x1e08, "C"},    {0x1e09, "c"},   {0x1e0a, "D"},  {0x1e0b, "d"},    {0x1e0c, "D"},   {0x1e0d, "d"},   {0x1e0e, "D"},   {0x1e0f, "d"},
    {0x1e10, "D"},    {0x1e11, "d"},   {0x1e12, "D"},  {0x1e13, "d"},    {0x1e14, "E"},   {0x1e15, "e"},   {0x1e16, "E"},   {0x1e17, "e"},
    {0x1e18, "E"},    {0x1e19, "e"},   {0x1e1a, "E"},  {0x1e1b, "e"},    {0x1e1c, "E"},   {0x1e1d, "e"},   {0x1e1e, "F"},   {0x1e1f, "f"},
    {0x1e20, "G"},    {0x1e21, "g"},   {0x1e22, "H"},  {0x1e23, "h"},    {0x1e24, "H"},   {0x1e25, "h"},   {0x1e26, "H"},   {0x1e27, "h"},
    {0x1e28, "H"},    {0x1e29, "h"},   {0x1e2a, "H"},  {0x1e2b, "h"},    {0x1e2c, "I"},   {0x1e2d, "i"},   {0x1e2e, "I"},   {0x1e2f, "i"},
    {0x1e30, "K"},    {0x1e31, "k"},   {0x1e32, "K"},  {0x1e33, "k"},    {0x1e34, "K"},   {0x1e35, "k"},   {0x1e36, "L"},   {0x1e37, "l"},
    {0x1e38, "L"},    {0x1e39, "l"},   {0x1e3a, "L"},  {0x1e3b, "l"},    {0x1e3c, "L"},   {0x1e3d, "l"},   {0x1e3e, "M"},   {0x1e3f, "m"},
    {0x1e40, "M"},    {0x1e41, "m"},   {0x1e42, "M"},  {0x1e43, "m"},    {0x1e44, "N"},   {0x1e45, "n"},   {0x1e46, "N"},   {0x1e47, "n"},
    {0x1e48, "N"},    {0x1e49, "n"},   {0x1e4a, "N"},  {0x1e4b, "n"},    {0x1e4c, "O"},   {0x1e4d, "o"},   {0x1e4e, "O"},   {0x1e4f, "o"},
    {0x1e50, "O"},    {0x1e51, "o"},   {0x1e52, "O"},  {0x1e53, "o"},    {0x1e54, "P"},   {0x1e55, "p"},   {0x1e56, "P"},   {0x1e57, "p"},
    {0x1e58, "R"},    {0x1e59, "r"},   {0x1e5a, "R"},  {0x1e5b, "r"},    {0x1e5c, "R"},   {0x1e5d, "r"},   {0x1e5e, "R"},   {0x1e5f, "r"},
    {0x1e60, "S"},    {0x1e61, "s"},   {0x1e62, "S"},  {0x1e63, "s"},    {0x1e64, "S"},   {0x1e65, "s"},   {0x1e66, "S"},   {0x1e67, "s"},
    {0x1e68, "S"},    {0x1e69, "s"},   {0x1e6a, "T"},  {0x1e6b, "t"},    {0x1e6c, "T"},   {0x1e6d, "t"},   {0x1e6e, "T"},   {0x1e6f, "t"},
    {0x1e70, "T"},    {0x1e71, "t"},   {0x1e72, "U"},  {0x1e73, "u"},    {0x1e74, "U"},   {0x1e75, "u"},   {0x1e76, "U"},   {0x1e77, "u"},
    {0x1e78, "U"},    {0x1e79, "u"},   {0x1e7a, "U"},  {0x1e7b, "u"},    {0x1e7c, "V"},   {0x1e7d, "v"},   {0x1e7e, "V"},   {0x1e7f, "v"},
    {0x1e80, "W"},    {0x1e81, "w"},   {0x1e82, "W"},  {0x1e83, "w"},    {0x1e84, "W"},   {0x1e85, "w"},   {0x1e86, "W"},   {0x1e87, "w"},
    {0x1e88, "W"},    {0x1e89, "w"},   {0x1e8a, "X"},  {0x1e8b, "x"},    {0x1e8c, "X"},   {0x1e8d, "x"},   {0x1e8e, "Y"},   {0x1e8f, "y"},
    {0x1e90, "Z"},    {0x1e91, "z"},   {0x1e92, "Z"},  {0x1e93, "z"},    {0x1e94, "Z"},   {0x1e95, "z"},   {0x1e96, "h"},   {0x1e97, "t"},
    {0x1e98, "w"},    {0x1e99, "y"},   {0x1e9b, "s"},  {0x1e9e, "SS"},   {0x1ea0, "A"},   {0x1ea1, "a"},   {0x1ea2, "A"},   {0x1ea3, "a"},
    {0x1ea4, "A"},    {0x1ea5, "a"},   {0x1ea6, "A"},  {0x1ea7, "a"},    {0x1ea8, "A"},   {0x1ea9, "a"},   {0x1eaa, "A"},   {0x1eab, "a"},
    {0x1eac, "A"},    {0x1ead, "a"},   {0x1eae, "A"},  {0x1eaf, "a"},    {0x1eb0, "A"},   {0x1eb1, "a"},   {0x1eb2, "A"},   {0x1eb3, "a"},
    {0x1eb4, "A"},    {0x1eb5, "a"},   {0x1eb6, "A"},  {0x1eb7, "a"},    {0x1eb8, "E"},   {0x1eb9, "e"},   {0x1eba, "E"},   {0x1ebb, "e"},
    {0x1ebc, "E"},    {0x1ebd, "e"},   {0x1ebe, "E"},  {0x1ebf, "e"},    {0x1ec0, "E"},   {0x1ec1, "e"},   {0x1ec2, "E"},   {0x1ec3, "e"},
    {0x1ec4, "E"},    {0x1ec5, "e"},   {0x1ec6, "E"},  {0x1ec7, "e"},    {0x1ec8, "I"},   {0x1ec9, "i"},   {0x1eca, "I"},   {0x1ecb, "i"},
    {0x1ecc, "O"},    {0x1ecd, "o"},   {0x1ece, "O"},  {0x1ecf, "o"},    {0x1ed0, "O"},   {0x1ed1, "o"},   {0x1ed2, "O"},   {0x1ed3, "o"},
    {0x1ed4, "O"},    {0x1ed5, "o"},   {0x1ed6, "O"},  {0x1ed7, "o"},    {0x1ed8, "O"},   {0x1ed9, "o"},   {0x1eda, "O"},   {0x1edb, "o"},
    {0x1edc, "O"},    {0x1edd, "o"},   {0x1ede, "O"},  {0x1edf, "o"},    {0x1ee0, "O"},   {0x1ee1, "o"},   {0x1ee2, "O"},   {0x1ee3, "o"},
    {0x1ee4, "U"},    {0x1ee5, "u"},   {0x1ee6, "U"},  {0x1ee7, "u"},    {0x1ee8, "U"},   {0x1ee9, "u"},   {0x1eea, "U"},   {0x1eeb, "u"},
    {0x1eec, "U"},    {0x1eed, "u"},   {0x1eee, "U"},  {0x1eef, "u"},    {0x1ef0, "U"},   {0x1ef1, "u"},   {0x1ef2, "Y"},   {0x1ef3, "y"},
    {0x1ef4, "Y"},    {0x1ef5, "y"},   {0x1ef6, "Y"},  {0x1ef7, "y"},    {0x1ef8, "Y"},   {0x1ef9, "y"},   {0x2002, " "},   {0x2003, " "},
    {0x2007, " "},    {0x2009, " "},   {0x200a, " "},  {0x200b, ""},     {0x200c, ""},    {0x200d, ""},    {0x2010, "-"},   {0x2011, "-"},
    {0x2012, "-"},    {0x2013, "-"},   {0x2014, "-"},  {0x2015, "-"},    {0x2018, "'"},   {0x2019, "'"},   {0x201a, "'"},   {0x201b, "'"},
    {0x201c, "\""},   {0x201d, "\""},  {0x201e, "\""}, {0x201f, "\""},   {0x2020, "+"},   {0x2021, "++"},  {0x2022, "*"},   {0x2026, "..."},
    {0x2028, " "},    {0x2029, " "},   {0x202f, " "},  {0x2030, "0/00"}, {0x2032, "'"},   {0x2033, "\""},  {0x2039, "'"},   {0x203a, "'"},
    {0x2044, "/"},    {0x20ac, "EUR"}, {0x2116, "No"}, {0x2122, "(TM)"}, {0x2190, "<-"},  {0x2192, "->"},  {0x2212, "-"},   {0x3000, " "},
    {0xfb00, "ff"},   {0xfb01, "fi"},  {0xfb02, "fl"}, {0xfb03, "ffi"},  {0xfb04, "ffl"}, {0xfeff, ""},
});

constexpr bool is_sorted_by_letter() {
    for (std::size_t at = 1; at < rules.size(); ++at) {
        if (!(rules[at - 1].letter < rules[at].letter)) {
            return false;
        }
    }
    return true;
}
static_assert(is_sorted_by_letter());

using ByteOf = std::unordered_map<char32_t, char>;

ByteOf invert(const std::array<char16_t, 128>& letters) {
    ByteOf bytes;
    for (std::size_t at = 0; at < letters.size(); ++at) {
        if (letters[at] != 0) {
            bytes.emplace(letters[at], static_cast<char>(0x80U + at));
        }
    }
    return bytes;
}

const ByteOf& bytes_of(Charset charset) {
    static const ByteOf ascii;
    static const ByteOf iso_8859_15 = invert(iso_8859_15_letters);
    static const ByteOf cp1252 = invert(cp1252_letters);
    static const ByteOf cp850 = invert(cp850_letters);
    switch (charset) {
        case Charset::iso_8859_15: return iso_8859_15;
        case Charset::cp1252: return cp1252;
        case Charset::cp850: return cp850;
        case Charset::utf_8:
        case Charset::ascii: break;
    }
    return ascii;
}

bool is_combining_mark(char32_t letter) { return letter >= 0x300 && letter <= 0x36f; }

/// The letter by the policy; false when it is lost.
bool put_stranger(std::string& out, std::string_view sequence, char32_t letter, Charset charset, const LossPolicy& policy,
                  std::string& lost);

bool put_letter(std::string& out, std::string_view sequence, char32_t letter, Charset charset, const LossPolicy& policy,
                std::string& lost) {
    if (letter < 0x80) {
        out += static_cast<char>(letter);
        return true;
    }
    if (charset == Charset::utf_8) {
        out += sequence;
        return true;
    }
    const ByteOf& bytes = bytes_of(charset);
    if (const auto found = bytes.find(letter); found != bytes.end()) {
        out += found->second;
        return true;
    }
    return put_stranger(out, sequence, letter, charset, policy, lost);
}

bool put_stranger(std::string& out, std::string_view sequence, char32_t letter, Charset charset, const LossPolicy& policy,
                  std::string& lost) {
    std::optional<std::string_view> instead;
    if (const auto own = policy.own_rules.find(std::string(sequence)); own != policy.own_rules.end()) {
        instead = own->second;
    } else if (policy.kind == LossPolicy::Kind::transliterate) {
        instead = transliterate(letter);
    } else if (policy.kind == LossPolicy::Kind::replace) {
        instead = policy.replacement;
    }
    if (!instead) {
        lost = fmt::format("{} U+{:04X}", sanitise(sequence), static_cast<std::uint32_t>(letter));
        return false;
    }
    // A rule's own text must fit without further rules: no loops.
    const LossPolicy strict;
    return encode(out, *instead, charset, strict, lost);
}

}  // namespace

std::optional<Charset> find_charset(std::string_view name) {
    std::string plain;
    for (const char letter : name) {
        if (letter != '-' && letter != '_' && letter != ' ') {
            plain += lower(letter);
        }
    }
    if (plain == "utf8") {
        return Charset::utf_8;
    }
    if (plain == "ascii" || plain == "usascii") {
        return Charset::ascii;
    }
    if (plain == "iso885915" || plain == "latin9") {
        return Charset::iso_8859_15;
    }
    if (plain == "cp1252" || plain == "windows1252") {
        return Charset::cp1252;
    }
    if (plain == "cp850") {
        return Charset::cp850;
    }
    return std::nullopt;
}

std::string_view name_of(Charset charset) noexcept {
    switch (charset) {
        case Charset::utf_8: return "utf-8";
        case Charset::ascii: return "ascii";
        case Charset::iso_8859_15: return "iso-8859-15";
        case Charset::cp1252: return "cp1252";
        case Charset::cp850: return "cp850";
    }
    return "utf-8";
}

char32_t decode_letter(std::string_view text, std::size_t& length) noexcept {
    length = utf8_sequence_length(text);
    const auto at = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    switch (length) {
        case 1: return at(0);
        case 2: return (at(0) & 0x1fU) << 6U | (at(1) & 0x3fU);
        case 3: return (at(0) & 0x0fU) << 12U | (at(1) & 0x3fU) << 6U | (at(2) & 0x3fU);
        case 4: return (at(0) & 0x07U) << 18U | (at(1) & 0x3fU) << 12U | (at(2) & 0x3fU) << 6U | (at(3) & 0x3fU);
        default: break;
    }
    length = 1;
    return 0xfffd;
}

void append_letter(std::string& out, char32_t letter) {
    const auto put = [&](char32_t bits) { out += static_cast<char>(bits); };
    if (letter < 0x80) {
        put(letter);
    } else if (letter < 0x800) {
        put(0xc0U | letter >> 6U);
        put(0x80U | (letter & 0x3fU));
    } else if (letter < 0x10000) {
        put(0xe0U | letter >> 12U);
        put(0x80U | (letter >> 6U & 0x3fU));
        put(0x80U | (letter & 0x3fU));
    } else {
        put(0xf0U | letter >> 18U);
        put(0x80U | (letter >> 12U & 0x3fU));
        put(0x80U | (letter >> 6U & 0x3fU));
        put(0x80U | (letter & 0x3fU));
    }
}

std::string decode_utf16(std::string_view bytes) {
    const bool big_endian = bytes.starts_with("\xfe\xff");
    const auto unit = [&](std::size_t at) {
        const auto first = static_cast<unsigned char>(bytes[at]);
        const auto second = static_cast<unsigned char>(bytes[at + 1]);
        return static_cast<char32_t>(big_endian ? first << 8U | second : second << 8U | first);
    };
    const auto is_half = [](char32_t letter, char32_t of) { return (letter & 0xfc00U) == of; };
    constexpr char32_t high = 0xd800;
    constexpr char32_t low = 0xdc00;
    std::string text;
    std::size_t at = 2;
    for (; at + 1 < bytes.size(); at += 2) {
        const char32_t letter = unit(at);
        if (is_half(letter, high) && at + 3 < bytes.size() && is_half(unit(at + 2), low)) {
            append_letter(text, 0x10000U + ((letter & 0x3ffU) << 10U) + (unit(at + 2) & 0x3ffU));
            at += 2;
        } else {
            append_letter(text, is_half(letter, high) || is_half(letter, low) ? char32_t{0xfffd} : letter);
        }
    }
    if (at < bytes.size()) {
        append_letter(text, 0xfffd);
    }
    return text;
}

std::string decode_text(std::string_view bytes, Charset charset) {
    if (charset == Charset::utf_8) {
        return std::string(bytes);
    }
    std::string text;
    for (const char byte : bytes) {
        const auto at = static_cast<unsigned char>(byte);
        char32_t letter = at;
        if (at >= 0x80) {
            const std::size_t index = at - 0x80U;
            letter = charset == Charset::iso_8859_15 ? iso_8859_15_letters[index]
                     : charset == Charset::cp1252    ? cp1252_letters[index]
                     : charset == Charset::cp850     ? cp850_letters[index]
                                                     : U'\0';
            letter = letter == 0 ? U'\xfffd' : letter;
        }
        append_letter(text, letter);
    }
    return text;
}

std::optional<std::string_view> transliterate(char32_t letter) {
    if (is_combining_mark(letter)) {
        return std::string_view();
    }
    if (letter > 0xffff) {
        return std::nullopt;
    }
    const auto found = std::lower_bound(rules.begin(), rules.end(), static_cast<char16_t>(letter),
                                        [](const Rule& rule, char16_t wanted) { return rule.letter < wanted; });
    if (found == rules.end() || found->letter != letter) {
        return std::nullopt;
    }
    return found->text;
}

std::string transliterate_text(std::string_view utf8) {
    std::string plain;
    while (!utf8.empty()) {
        std::size_t length = 0;
        const char32_t letter = decode_letter(utf8, length);
        const auto rule = letter < 0x80 ? std::nullopt : transliterate(letter);
        plain += rule ? *rule : utf8.substr(0, length);
        utf8.remove_prefix(length);
    }
    return plain;
}

bool encode(std::string& out, std::string_view utf8, Charset charset, const LossPolicy& policy, std::string& lost) {
    if (is_ascii(utf8) || (charset == Charset::utf_8 && is_utf8(utf8))) {
        out += utf8;
        return true;
    }
    while (!utf8.empty()) {
        const std::size_t valid = utf8_sequence_length(utf8);
        if (valid == 0) {
            lost = fmt::format("the byte {:02X}, which is no UTF-8", static_cast<unsigned char>(utf8.front()));
            return false;
        }
        std::size_t length = 0;
        const char32_t letter = decode_letter(utf8, length);
        if (!put_letter(out, utf8.substr(0, length), letter, charset, policy, lost)) {
            return false;
        }
        utf8.remove_prefix(length);
    }
    return true;
}

}  // namespace moisson::erp
