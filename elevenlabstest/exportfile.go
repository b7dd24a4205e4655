package elevenlabstest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"strings"
)

// writeDOCX makes the least document that word processors open: a paragraph
// for each segment.
func writeDOCX(o exportOptions, _ transcriptAnswer, segments []segment) string {
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	var text strings.Builder
	for _, s := range segments {
		text.WriteString(`<w:p><w:r><w:t xml:space="preserve">` + html.EscapeString(o.line(s)) + `</w:t></w:r></w:p>`)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, file := range []struct{ name, content string }{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/word/document.xml" ContentType="` + docxType + `.main+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" ` +
			`Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` +
			text.String() + `</w:body></w:document>`},
	} {
		w, err := z.Create(file.name)
		if err == nil {
			_, err = w.Write([]byte(head + file.content))
		}
		if err != nil {
			panic(err) // a buffer takes everything
		}
	}
	_ = z.Close()
	return b.String()
}

const (
	pdfColumns = 90 // of a line
	pdfLines   = 55 // of a page
)

// writePDF makes pages of plain text. Characters outside ASCII, for which the
// built-in font has no place, become question marks.
func writePDF(o exportOptions, _ transcriptAnswer, segments []segment) string {
	var lines []string
	for _, s := range segments {
		lines = append(lines, strings.Split(wrap(o.line(s), pdfColumns), "\n")...)
	}
	pages := max((len(lines)+pdfLines-1)/pdfLines, 1)
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", 4+2*i)
	}
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", pages, kids.String()),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	}
	for i := range pages {
		content := pdfText(lines[min(i*pdfLines, len(lines)):min((i+1)*pdfLines, len(lines))])
		objects = append(objects,
			fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>", 5+2*i),
			fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(content), content))
	}
	return pdfFile(objects)
}

// pdfText sets lines from the top of a page.
func pdfText(lines []string) string {
	var b strings.Builder
	b.WriteString("BT /F 10 Tf 50 792 Td 13 TL")
	for _, line := range lines {
		b.WriteString(" (")
		for _, r := range line {
			switch {
			case r < ' ' || r > '~':
				b.WriteByte('?')
			case strings.ContainsRune(`\()`, r):
				b.WriteString(`\` + string(r))
			default:
				b.WriteRune(r)
			}
		}
		b.WriteString(") Tj T*")
	}
	return b.String() + " ET"
}

// pdfFile numbers objects from 1, the first the catalogue, and says where each
// of them is.
func pdfFile(objects []string) string {
	var b, table strings.Builder
	b.WriteString("%PDF-1.4\n")
	fmt.Fprintf(&table, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for i, o := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	at := b.Len()
	fmt.Fprintf(&b, "%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", table.String(), len(objects)+1, at)
	return b.String()
}
