package tone

import "math/bits"

// G.711 writes a sample as a sign, the place of the leading bit (the segment)
// and the four bits behind it (the step), so that quiet samples keep more of
// their bits than loud ones. The two laws differ in how segment 0 works and in
// which bits the line inverts.

// appendULaw appends the mu-law code of a sample.
func appendULaw(dst []byte, sample int16) []byte {
	const (
		bias = 0x84 // lifts every magnitude into a segment with a leading bit
		clip = 0x7FFF - bias
	)
	m, sign := int(sample), byte(0)
	if m < 0 {
		m, sign = -m, 0x80
	}
	m = min(m, clip) + bias
	segment := bits.Len(uint(m)) - 8
	step := m >> (segment + 3) & 0xF
	return append(dst, ^(sign | byte(segment<<4|step)))
}

// appendALaw appends the A-law code of a sample.
func appendALaw(dst []byte, sample int16) []byte {
	m, sign := int(sample), byte(0x80)
	if m < 0 {
		m, sign = ^m, 0 // -1 is as close to zero as 0 is
	}
	segment := max(0, bits.Len(uint(m))-8)
	step := m >> (max(segment, 1) + 3) & 0xF
	return append(dst, (sign|byte(segment<<4|step))^0x55)
}
