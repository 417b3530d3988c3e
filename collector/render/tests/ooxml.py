"""Reads DOCX and XLSX with nothing of ours: Python's zip and XML. Prints what stands in them, and what breaks ECMA-376.

usage: ooxml.py FILE     prints {"faults": [...], "paragraphs": [...], "tables": [...]} or {"faults", "sheets"}
"""
import json, posixpath, sys, xml.etree.ElementTree as ET, zipfile

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
P = "{http://schemas.openxmlformats.org/package/2006/relationships}"
T = "{http://schemas.openxmlformats.org/package/2006/content-types}"

# Orders of children that the schema demands and Word insists on.
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
           "suppressAutoHyphens spacing ind contextualSpacing jc textDirection outlineLvl rPr sectPr",
    "rPr": "rStyle rFonts b bCs i iCs caps strike color spacing sz szCs highlight u shd vertAlign lang",
    "tblPr": "tblStyle tblW jc tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tcPr": "tcW gridSpan vMerge tcBorders shd noWrap tcMar vAlign",
    "sectPr": "headerReference footerReference type pgSz pgMar pgNumType cols titlePg",
    "tbl": "tblPr tblGrid tr",
    "tc": "tcPr p tbl",
    "style": "name basedOn next uiPriority semiHidden qFormat pPr rPr tblPr",
    "settings": "zoom defaultTabStop characterSpacingControl compat themeFontLang decimalSymbol listSeparator",
    "lvl": "start numFmt lvlText lvlJc pPr rPr",
}
ORDER = {name: words.split() for name, words in ORDER.items()}


def local(element):
    return element.tag.rsplit("}", 1)[-1]


def package(archive, faults):
    """Every part has a type, every relation a target, every part is well-formed."""
    names = set(archive.namelist())
    if archive.namelist()[0] != "[Content_Types].xml":
        faults.append("[Content_Types].xml is not first")
    if any(info.compress_type != zipfile.ZIP_DEFLATED for info in archive.infolist() if info.file_size > 200):
        faults.append("a part is stored without compression")
    types = ET.fromstring(archive.read("[Content_Types].xml"))
    overrides = {one.get("PartName").lstrip("/") for one in types.iter(T + "Override")}
    defaults = {one.get("Extension") for one in types.iter(T + "Default")}
    for missing in overrides - names:
        faults.append(f"typed part is not there: {missing}")
    roots = {}
    for name in names:
        if name not in overrides and name.rsplit(".", 1)[-1] not in defaults:
            faults.append(f"part without type: {name}")
        if name.endswith((".xml", ".rels")):
            roots[name] = ET.fromstring(archive.read(name))
    relations = {}
    for name, root in roots.items():
        if not name.endswith(".rels"):
            continue
        owner = posixpath.dirname(posixpath.dirname(name))
        source = posixpath.join(owner, posixpath.basename(name)[: -len(".rels")])
        for one in root.iter(P + "Relationship"):
            if one.get("TargetMode") != "External":
                target = one.get("Target")
                path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(owner, target))
                if path not in names:
                    faults.append(f"{name}: target {target} is not there")
            if one.get("Id") in relations.setdefault(source, {}):
                faults.append(f"{name}: {one.get('Id')} twice")
            relations[source][one.get("Id")] = one.get("Target")
    for name, root in roots.items():
        for element in root.iter():
            for key, value in element.attrib.items():
                if key.startswith(R) and value not in relations.get(name, {}):
                    faults.append(f"{name}: no relation {value}")
    return roots


def text(element):
    parts = []
    for one in element.iter():
        if one.tag == W + "t":
            parts.append(one.text or "")
        elif one.tag in (W + "br", W + "cr"):
            parts.append("\n")
        elif one.tag == W + "tab" and one.get(W + "val") is None:
            parts.append("\t")
    return "".join(parts)


def ordered(element, faults):
    wanted = ORDER.get(local(element))
    if wanted is None:
        return
    at = 0
    for child in element:
        name = local(child)
        if name not in wanted:
            faults.append(f"{local(element)} holds {name}")
        elif wanted.index(name) < at:
            if local(element) == "tc":
                continue
            faults.append(f"{local(element)}: {name} comes too late")
        else:
            at = wanted.index(name)


def document(roots, faults):
    for name, root in roots.items():
        if name.startswith("word/"):
            for element in root.iter():
                if element.tag.startswith(W):
                    ordered(element, faults)
    body = roots["word/document.xml"].find(W + "body")
    styles = {one.get(W + "styleId") for one in roots["word/styles.xml"].iter(W + "style")}
    numbers = {one.get(W + "numId") for one in roots["word/numbering.xml"].iter(W + "num")}
    bookmarks, drawings = [], []
    for element in body.iter():
        if element.tag in (W + "pStyle", W + "rStyle", W + "tblStyle") and element.get(W + "val") not in styles:
            faults.append(f"no style {element.get(W + 'val')}")
        if element.tag == W + "numId" and element.get(W + "val") not in numbers:
            faults.append(f"no list {element.get(W + 'val')}")
        if element.tag == W + "bookmarkStart":
            bookmarks.append(element.get(W + "name"))
        if local(element) == "docPr":
            drawings.append(element.get("id"))
        if element.tag == W + "tc" and local(list(element)[-1]) != "p":
            faults.append("a cell does not end with a paragraph")
    for name, found in (("bookmark", bookmarks), ("drawing", drawings)):
        if len(found) != len(set(found)):
            faults.append(f"a {name} stands twice")
    for anchor in (one.get(W + "anchor") for one in body.iter(W + "hyperlink")):
        if anchor is not None and anchor not in bookmarks:
            faults.append(f"no bookmark {anchor}")
    depth = 0
    for one in body.iter(W + "fldChar"):
        depth += {"begin": 1, "end": -1}.get(one.get(W + "fldCharType"), 0)
    if depth != 0:
        faults.append("a field is not closed")
    if local(list(body)[-1]) != "sectPr":
        faults.append("the body does not end with its section")
    before = None
    tables = []
    for element in body:
        if element.tag == W + "tbl" and before == W + "tbl":
            faults.append("two tables touch: Word makes one of them")
        before = element.tag
    for table in body.iter(W + "tbl"):
        width = len(table.find(W + "tblGrid"))
        rows = []
        for row in table.findall(W + "tr"):
            cells = row.findall(W + "tc")
            spans = 0
            for cell in cells:
                span = cell.find(f"{W}tcPr/{W}gridSpan")
                spans += 1 if span is None else int(span.get(W + "val"))
            if spans != width:
                faults.append(f"a row spans {spans} of {width} columns")
            head = row.find(f"{W}trPr/{W}tblHeader") is not None
            rows.append({"head": head, "cells": [text(cell) for cell in cells]})
        tables.append(rows)
    return {"paragraphs": [text(one) for one in body.findall(W + "p")], "tables": tables}


def workbook(roots, faults):
    shared = []
    if "xl/sharedStrings.xml" in roots:
        shared = ["".join(t.text or "" for t in one.iter(S + "t")) for one in roots["xl/sharedStrings.xml"].findall(S + "si")]
    sheets = []
    names = [one.get("name") for one in roots["xl/workbook.xml"].iter(S + "sheet")]
    for index, name in enumerate(names, 1):
        root = roots[f"xl/worksheets/sheet{index}.xml"]
        if root.find(S + "mergeCells") is not None:
            faults.append(f"{name}: merged cells")
        cells = {}
        for one in root.iter(S + "c"):
            value, formula = one.find(S + "v"), one.find(S + "f")
            content = None if value is None else value.text
            if one.get("t") == "s":
                content = shared[int(content)]
            cells[one.get("r")] = {"value": content, "text": one.get("t") == "s", "formula": None if formula is None else formula.text}
        pane = root.find(f"{S}sheetViews/{S}sheetView/{S}pane")
        sheets.append({"name": name, "cells": cells, "frozen": pane is not None and pane.get("state") == "frozen",
                       "filter": None if root.find(S + "autoFilter") is None else root.find(S + "autoFilter").get("ref")})
    return {"sheets": sheets}


def main():
    faults = []
    with zipfile.ZipFile(sys.argv[1]) as archive:
        roots = package(archive, faults)
    found = document(roots, faults) if "word/document.xml" in roots else workbook(roots, faults)
    json.dump({"faults": sorted(set(faults)), **found}, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
