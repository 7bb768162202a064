"""The names of the translators that this program can build; torch is not needed to know them."""

TRANSLATORS = ("rabit", "step")
