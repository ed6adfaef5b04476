"""The message that ``faxcore demo`` sends: a cover page and a body of two pages."""

from __future__ import annotations

from datetime import datetime

from faxcore.render import BodyType, Content, CoverFields

_COVER_COMMENTS = (
    "This fax was rendered, dialled, negotiated, transmitted and decoded by this machine.\n"
    "Page 3 has the small print: look at it as it arrived."
)


def sample_content(moment: datetime, sender_number: str, recipient_number: str) -> Content:
    """A cover page and two pages of HTML: text in several sizes, a table, rules, a drawing."""
    fields = CoverFields(
        moment=moment,
        sender_name="Ada Example, faxcore",
        sender_number=sender_number,
        recipient_name="Records Office, St. Agnes Hospital",
        recipient_number=recipient_number,
        subject="What a far machine makes of our octets",
        comments=_COVER_COMMENTS,
    )
    return Content(fields, body=_BODY, body_type=BodyType.HTML, cover="standard")


_ROWS = "".join(
    f"<tr><td>{name}<td>{modulation}<td class=n>{rate}<td class=n>{seconds}"
    for name, modulation, rate, seconds in (
        ("Best", "V.17", "14 400", "22"),
        ("Fair", "V.17", "9 600", "33"),
        ("Poor", "V.29", "7 200", "44"),
        ("Bad", "V.27ter", "4 800", "67"),
        ("Worst", "V.27ter", "2 400", "133"),
    )
)

_SIZES = "".join(
    f'<p style="font-size:{size}pt;margin:1.2mm 0">'
    f"{size} pt: Sphinx of black quartz, judge my vow. 0123456789</p>"
    for size in (7, 8, 9, 10, 12, 14)
)

_BODY = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><style>
@page {{ size: A4; margin: 20mm 18mm }}
body {{ font: 11pt/1.45 "DejaVu Serif", serif; color: #000 }}
h1, h2, th {{ font-family: "DejaVu Sans", sans-serif }}
h1 {{ font-size: 18pt; margin: 0 0 4mm }} h2 {{ font-size: 13pt; margin: 7mm 0 2mm }}
table {{ border-collapse: collapse; width: 100%; font-size: 10.5pt }}
th, td {{ border: 0.8pt solid #000; padding: 1.6mm 2.5mm; text-align: left }}
.n {{ text-align: right }} .second {{ break-before: page }}
svg {{ display: block; margin: 4mm auto }}
</style></head><body>
<h1>Dear colleagues,</h1>
<p>A fax call is a conversation. Two modems agree on a rate, one of them sends a page as runs of
white and black, and asks: did you get that? Only the answer counts. A page that was sent and never
answered is neither sent nor lost, and whoever reports it as either does somebody a disservice:
a hospital, a court, a bank.</p>
<h2>What a page costs</h2>
<p>Seconds on the line for a page of forty thousand octets, by the state of the line:</p>
<table><tr><th>Line</th><th>Modulation</th><th class=n>bit/s</th><th class=n>seconds</th></tr>
{_ROWS}</table>
<h2>A turn of the line</h2>
<svg width="150mm" height="46mm" viewBox="0 0 150 46">
<g fill="none" stroke="#000" stroke-width="0.5">
<path d="M5 8H145M5 38H145"/>
<path d="M14 38V10m-1.5 3 1.5-3 1.5 3M40 8V36m-1.5-3 1.5 3 1.5-3M66 8V36m-1.5-3 1.5 3 1.5-3"/>
<path d="M92 38V10m-1.5 3 1.5-3 1.5 3M118 8V36m-1.5-3 1.5 3 1.5-3M140 38V10m-1.5 3 1.5-3 1.5 3"/>
</g><g font-family="DejaVu Sans, sans-serif" font-size="4">
<text x="5" y="5">caller</text><text x="5" y="45">called</text>
<text x="16" y="24">DIS</text><text x="42" y="24">DCS</text><text x="68" y="24">TCF</text>
<text x="94" y="24">CFR</text><text x="120" y="24">page</text><text x="130" y="30">MCF</text>
</g></svg>
<div class=second><h1>The small print</h1>
<p>What is readable here is readable on paper. The lines below go from seven points to fourteen; the
rules from hairline to bold.</p>
{_SIZES}
<h2>Rules</h2>
<hr style="border:0;border-top:0.25pt solid #000"><hr style="border:0;border-top:0.5pt solid #000">
<hr style="border:0;border-top:1pt solid #000"><hr style="border:0;border-top:2pt solid #000">
<h2>Names</h2>
<p>Zoë Müller &middot; François Lefèvre &middot; Łukasz Żółć &middot; Ελένη Παπαδοπούλου &middot;
Юлия Щербакова</p>
<p>Yours faithfully,<br><b>Ada Example</b></p></div>
</body></html>"""
