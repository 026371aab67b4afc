import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCsv } from './csv.ts'

const rows = (...pieces: string[]) => [...readCsv(pieces)]
const cells = (...pieces: string[]) => rows(...pieces).map((row) => row.cells)

describe('a CSV text', () => {
  it('has rows whatever ends its lines, with the line of each', () => {
    const expected = [
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', '2'] },
      { line: 4, cells: ['3', ''] },
    ]
    for (const end of ['\n', '\r\n', '\r']) {
      const text = ['a,b', '1,2', '', '3,', '', ' ', ',', ''].join(end)
      expect(rows(text), JSON.stringify(end)).toEqual(expected)
      expect(rows(`\uFEFF${text}`), JSON.stringify(end)).toEqual(expected)
      expect(rows(...text), `${JSON.stringify(end)}, letter by letter`).toEqual(expected)
    }
    expect(rows('a,b\r1,2\n\r\n3,')).toEqual(expected)
  })

  it('is empty if nothing but blank lines is in it', () => {
    for (const text of ['', '\n', '\uFEFF', '\r\n\r\n', ' \n,,\n']) expect(rows(text)).toEqual([])
  })

  it('has cells in quotes with commas, quotes and line ends', () => {
    expect(rows('a,b,c\n"1","x, ""y""",3\n"4","5\n\n6" , "7"\n8,9,10')).toEqual([
      { line: 1, cells: ['a', 'b', 'c'] },
      { line: 2, cells: ['1', 'x, "y"', '3'] },
      { line: 3, cells: ['4', '5\n\n6', '7'] },
      { line: 6, cells: ['8', '9', '10'] },
    ])
    expect(cells('"a","b"\r\n"","x"')).toEqual([
      ['a', 'b'],
      ['', 'x'],
    ])
  })

  it('reads a quote that does not open or close a cell as a letter', () => {
    expect(cells('a,b\n5" pipe,x"y"\n"1"x,2')).toEqual([
      ['a', 'b'],
      ['5" pipe', 'x"y"'],
      ['"1"x', '2'],
    ])
  })

  it('loses one row to a quote that is left open, and no other', () => {
    expect(rows('a,b\n1,"2\n3,4\n5,6')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', '"2'] },
      { line: 3, cells: ['3', '4'] },
      { line: 4, cells: ['5', '6'] },
    ])
    // The two close each other, and what lies between is no cell of a row that the header knows.
    expect(cells('a,b\n"1,2\n3,4\n5,6"\n7,8')).toEqual([
      ['a', 'b'],
      ['"1', '2'],
      ['3', '4'],
      ['5', '6"'],
      ['7', '8'],
    ])
    const many = Array.from({ length: 5_000 }, (_, i) => `${i},"x`)
    expect(cells(['a,b', ...many].join('\n'))).toHaveLength(5_001)
  })

  it('gives back what was written, in pieces of any size', () => {
    const cell = fc.oneof(fc.stringMatching(/^[a-z0-9",\n]{1,8}$/), fc.stringMatching(/^[0-9.]{1,8}$/))
    const table = fc
      .integer({ min: 2, max: 5 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }))
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 9 }), fc.constantFrom('\n', '\r\n', '\r'), (written, size, end) => {
        const text = written
          .map((row) => row.map((cell) => `"${cell.replaceAll('"', '""').replaceAll('\n', end)}"`).join(','))
          .join(end)
        const read = cells(...(text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? []))
        expect(read).toEqual(
          written.map((row) => row.map((cell) => cell.trim())).filter((row) => row.some((cell) => cell !== '')),
        )
      }),
    )
  })

  it('keeps no more than a row of it, also where a line does not end', () => {
    function* endless() {
      yield 'a,b\n'
      for (let i = 0; i < 20_000; i++) yield 'x'.repeat(10_000)
      yield '\n1,2'
    }
    const before = process.memoryUsage().heapUsed
    let most = 0
    const lines: number[] = []
    for (const { line } of readCsv(endless())) {
      lines.push(line)
      most = Math.max(most, process.memoryUsage().heapUsed - before)
    }
    expect(lines).toEqual([1, 2, 3])
    expect(most).toBeLessThan(150_000_000)
  })
})
