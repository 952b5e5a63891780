"""Every kind of document has a converter."""

import pytest

from knowledge.formats.registry import convert
from knowledge.text import DocumentError


def test_a_document_without_text_is_refused():
    for content in (b"", b" \n\n \t", b"\xef\xbb\xbf", b"\n \xef\xbb\xbf\n"):
        with pytest.raises(DocumentError, match="has no text in it"):
            convert(content, ".txt", "empty")
