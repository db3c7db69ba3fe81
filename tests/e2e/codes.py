"""QR codes as a camera reads them: from the pixels of the page."""

from __future__ import annotations

from io import BytesIO

import zxingcpp
from PIL import Image
from playwright.sync_api import Locator


def read_code(code: Locator) -> str:
    """-> what the one QR code in there says."""
    code.scroll_into_view_if_needed()
    found = zxingcpp.read_barcodes(Image.open(BytesIO(code.screenshot())))
    assert len(found) == 1, "no QR code can be read"
    return found[0].text
