"""Pictures: SVG to PNG, with a font of our own.

`NotoSansSC-Common.ttf` is Noto Sans SC (SIL Open Font License 1.1, `OFL.txt`), cut down to ASCII,
punctuation and the 3,755 characters of the first level of GB 2312.
"""

from infra.pictures.painter import ResvgPainter

__all__ = ["ResvgPainter"]
