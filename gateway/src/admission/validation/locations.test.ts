import fc from 'fast-check'
import { type ASTNode, getLocation, parse, visit } from 'graphql'
import { expect, it } from 'vitest'
import { locationsIn } from './locations.ts'

it("finds the places that graphql-js' own parser notes, whatever ends a line", () => {
  const lineEnds = fc
    .array(fc.constantFrom('\n', '\r', '\r\n', ' ', '# x\n'), { minLength: 1, maxLength: 4 })
    .map((all) => all.join(''))
  fc.assert(
    fc.property(fc.array(lineEnds, { minLength: 6, maxLength: 6 }), ([a, b, c, d, e, f]) => {
      const text = `${a}query${b}Q($x:${c}Int = 1)${d}{ f(a: $x,${e}b: """\n\r x """)${f}...F } fragment F on Q { g }`
      const document = parse(text, { noLocation: true })
      const nodes: ASTNode[] = []
      visit(document, { enter: (node) => void nodes.push(node) })
      const expected: unknown[] = []
      visit(parse(text), { enter: ({ loc }) => void (loc && expected.push(getLocation(loc.source, loc.start))) })
      expect(
        locationsIn(
          text,
          document,
          nodes.map((node) => [node]),
        ),
      ).toEqual(expected.map((each) => [each]))
    }),
  )
})

it('leaves out nodes that are not of the document', () => {
  const [definition] = parse('{ a }').definitions
  expect(locationsIn('{ b }', parse('{ b }', { noLocation: true }), [definition ? [definition] : [], undefined])).toEqual([
    [],
    [],
  ])
})
