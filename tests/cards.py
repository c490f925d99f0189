"""Model cards shaped like real ones: what people have before they meet this tool."""

from __future__ import annotations

from collections.abc import Mapping

from reports.card.markers import BEGIN, END

_FRONT = """---
license: apache-2.0
library_name: keras
tags:
- audio
- "tensorflow"
datasets: [a/b, 'c/d']
model-index:
- name: m
  results: []
custom_key: kept
---
"""
_BODY = """
# A model

<!-- Provide a quick summary. -->

What it does | and how.

## How to Get Started with the Model

```python
model = load("x")
```

## Technical Specifications [optional]

#### Software
"""
_OLD = f"\n{BEGIN}\nan older section\n{END}\n"

CARDS: Mapping[str, bytes] = {
    "template": (_FRONT + _BODY).encode(),
    "with-section": (_FRONT + _BODY + _OLD + "\nThe end, without a line end").encode(),
    "section-in-the-middle": (_FRONT + "\n# A\n" + _OLD + "\n## Licence\n\nMIT\n").encode(),
    "windows-line-ends": (_FRONT + _BODY).replace("\n", "\r\n").encode(),
    "byte-order-mark": b"\xef\xbb\xbf" + (_FRONT + _BODY).encode(),
    "no-front-matter": _BODY.encode(),
    "nested-details": (
        f"{_FRONT}\n<details><summary>a</summary>\n\n<details>\n<summary>b</summary>\n\n```text\n"
        f"{BEGIN}\n```\n</details>\n\n</details>\n"
    ).encode(),
    "not-ascii": f"{_FRONT}\n# 模型 Übersicht\n\nتجربة 🎵\u2028next\n{_BODY}".encode(),
    "not-utf-8": _FRONT.encode() + b"\n# caf\xe9\n",
    "large": (_FRONT + _BODY + "A line of a long training log. | 0.1 | 0.2 |\n" * 4500).encode(),
}
