"""OpenDocument texts."""

from knowledge.formats.registry import convert
from tests.knowledge.formats.office_files import NAMES, archive, blocks, cells, headings, opendocument

ODT = f"""<office:document-content {NAMES}><office:automatic-styles>
<style:style style:name="S"><style:text-properties style:text-line-through-style="solid"/></style:style>
<text:list-style style:name="N"><text:list-level-style-number text:level="1"/></text:list-style>
</office:automatic-styles><office:body><office:text>
<text:h text:outline-level="1">Boiler</text:h>
<text:p>Bleed it every <text:span text:style-name="S">month</text:span><text:span>year</text:span>.
<text:note><text:p>A note.</text:p></text:note></text:p>
<text:list text:style-name="N"><text:list-item><text:p>Close the valve.</text:p></text:list-item>
<text:list-item><text:p>Open it.</text:p></text:list-item></text:list>
<table:table>
<table:table-row>{{}}</table:table-row>
<table:table-row>{{}}</table:table-row>
<table:table-row table:number-rows-repeated="1048576">
<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>
</office:text></office:body></office:document-content>"""


def test_an_opendocument_text_is_read_alike():
    content = ODT.format(cells("Model", "Power"), cells("B2", "18 kW"))
    document = convert(archive(content_xml=content), ".odt", "name")
    assert document.title == "Boiler"
    assert document.text == (
        "Boiler\n\nBleed it every year.\n\n1. Close the valve.\n2. Open it.\n\nModel: B2; Power: 18 kW."
    )


def test_an_opendocument_text_keeps_numbered_headings_boxes_notes_and_inner_tables():
    draw = 'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    inner = f"<table:table><table:table-row>{cells('in', 'side')}</table:table-row></table:table>"
    text = f"""<office:document-content {NAMES} {draw}><office:body><office:text>
    <text:list><text:list-item><text:h text:outline-level="2">Cleaning</text:h></text:list-item></text:list>
    <text:p>It holds twelve.<text:note><text:note-citation>1</text:note-citation>
    <text:note-body><text:p>Eight when wet.</text:p></text:note-body></text:note></text:p>
    <text:p>Anchor.<draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame></text:p>
    <table:table><table:table-row>{cells("Part", "Use")}</table:table-row>
    <table:table-row>{cells("lid")}<table:table-cell>{inner}</table:table-cell></table:table-row></table:table>
    </office:text></office:body></office:document-content>"""
    document = convert(archive(content_xml=text), ".odt", "name")
    assert blocks(document) == [
        "It holds twelve.", "Anchor.", "In a box.", "Part: lid; Use: in side.", "Eight when wet.",
    ]  # fmt: skip
    assert headings(document, "Anchor") == ("Cleaning",)


STYLES = f"""<d {NAMES}><office:styles>
<style:style style:name="Title" style:family="paragraph"/>
<style:style style:name="Steps" style:family="paragraph" style:list-style-name="N"/>
<text:list-style style:name="N"><text:list-level-style-number text:level="1" style:num-format="1"/></text:list-style>
<text:list-style style:name="B"><text:list-level-style-bullet text:level="1"/>
<text:list-level-style-number text:level="2" style:num-format="1"/></text:list-style>
</office:styles></d>"""


def test_the_styles_of_an_opendocument_text_name_its_title_and_number_its_steps():
    own = '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="{}"/>'
    item = "<text:list-item><text:p{}>{}</text:p>{}</text:list-item>"
    inner = f"<text:list>{item.format('', 'the bow', '')}</text:list>"
    steps = item.format(' text:style-name="Steps"', "Go on.", "")
    body = (
        '<text:p text:style-name="P1">The Jetty</text:p><text:h text:outline-level="1">Mooring</text:h>'
        f'<text:list text:style-name="N">{item.format("", "Stop.", "")}{item.format("", "Tie up.", "")}</text:list>'
        f"<text:p>Or:</text:p><text:list>{steps}</text:list>"
        f'<text:p>Tie:</text:p><text:list text:style-name="B">{item.format("", "both ends", inner)}</text:list>'
    )
    content = f"<d {NAMES}><office:automatic-styles>{own.format('Title')}</office:automatic-styles>"
    content += f"<office:body><office:text>{body}</office:text></office:body></d>"
    document = convert(archive(content_xml=content, styles_xml=STYLES), ".odt", "name")
    assert document.title == "The Jetty"
    assert blocks(document) == ["1. Stop.", "2. Tie up.", "Or:", "1. Go on.", "Tie:", "- both ends", "1. the bow"]


def test_the_name_that_a_program_gives_a_table_is_not_read():
    row = "<table:table-row>{}</table:table-row>"
    body = f'<table:table table:name="T1">{row.format(cells("Boat", "Fee"))}{row.format(cells("Skiff", "£9"))}'
    assert blocks(convert(opendocument(f"{body}</table:table>"), ".odt", "name")) == ["Boat: Skiff; Fee: £9."]


def test_bold_paragraphs_and_rows_of_an_opendocument_text_are_headings_and_heads():
    fo = 'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    weight = f'<style:text-properties {fo} fo:font-weight="bold"/>'
    styles = "".join(
        f'<style:style style:name="{name}" style:family="{family}">{weight}</style:style>'
        for name, family in (("P1", "paragraph"), ("T1", "text"))
    )
    strong = '<text:p text:style-name="P1">{}</text:p>'
    span = '<text:p><text:span text:style-name="T1">{}</text:span>{}</text:p>'
    head = cells("Place", "38").replace("<text:p>", '<text:p text:style-name="P1">')
    rows = "".join(
        f"<table:table-row>{row}</table:table-row>" for row in (head, cells("Bow", "4"), cells("Stern", "6"))
    )
    body = strong.format("Jetty") + "<text:p>It is old.</text:p>" + span.format("1. Mooring", "")
    body += span.format("Mind", " the gap") + strong.format("Never jump.") + f"<table:table>{rows}</table:table>"
    document = convert(opendocument(body, styles), ".odt", "name")
    assert document.title == "Jetty"
    assert headings(document, "the gap") == headings(document, "Never") == ("1. Mooring",)
    assert blocks(document)[-2:] == ["Place: Bow; 38: 4.", "Place: Stern; 38: 6."]
