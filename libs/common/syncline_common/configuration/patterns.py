"""Regular expressions that users write: RE2's, which takes time linear in the text whatever the pattern.

Python's own `re` can be made to think for hours by twenty characters; a time limit would need a process each. RE2 has no
look-around and no back-references: patterns with these are refused when the configuration is saved.
"""

import re2  # type: ignore[import-untyped]

LONGEST = 500
MEMORY = 1024 * 1024


class Pattern:
    """A user's pattern. ValueError if it can't be used."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise ValueError(f"a pattern has at most {LONGEST} characters")
        options = re2.Options()
        options.log_errors, options.max_mem = False, MEMORY
        try:
            self._compiled = re2.compile(text, options=options)
        except re2.error as error:
            raise ValueError(f"this pattern can't be used: {_words(error)}") from error
        self.groups: int = self._compiled.groups

    def extract(self, text: str, group: int) -> str | None:
        """None where it is not found; an empty group is an empty text."""
        found = self._compiled.search(text)
        return None if found is None else found.group(group) or ""

    def replace(self, text: str, by: str) -> str:
        replaced: str = self._compiled.sub(lambda _: by, text)
        return replaced


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode() if isinstance(said, bytes) else str(said)
