"""Letters of other alphabets that nobody can tell from Latin ones by their look."""

from __future__ import annotations

#: Written as escapes, because here above all nobody could tell them apart.
_CYRILLIC = (
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u0410"
    "\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0406\u0408\u0405"
)
_LATIN_OF_CYRILLIC = "aeopcyxijsdhABEKMHOPCTXIJS"
_GREEK = "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf"
_LATIN_OF_GREEK = "ABEZHIKMNOPTYXo"

#: The Latin letter that each of them looks like.
LATIN_OF = dict(zip(_CYRILLIC + _GREEK, _LATIN_OF_CYRILLIC + _LATIN_OF_GREEK, strict=True))
