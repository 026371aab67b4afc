import { composeSupergraph } from '../../../scripts/compose-supergraph.ts'

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])'

/** A supergraph in which every field but one per subgraph may come from each of `count` subgraphs: planners have to choose. */
export function choiceSupergraph(count: number, links: number): string {
  const shared = Array.from({ length: links }, (_, i) => `link${i}: Node @shareable value${i}: Int @shareable`).join(' ')
  return composeSupergraph(
    Array.from({ length: count }, (_, i) => ({
      name: `part${i}`,
      typeDefs: `${LINK} type Query { root: Node @shareable } type Node @key(fields: "id") { id: ID! ${shared} own${i}: Int }`,
    })),
  ).supergraph
}

/** An operation over it that goes `depth` levels down by `width` links each, and asks each level of another subgraph. */
export function choiceOperation(graph: { count: number; links: number }, depth: number, width: number): string {
  const numbers = Array.from({ length: width }, (_, i) => i)
  const level = (left: number): string =>
    left === 0
      ? numbers.map((i) => `own${i % graph.count} value${i % graph.links}`).join(' ')
      : numbers.map((i) => `link${i % graph.links} { own${left % graph.count} value0 ${level(left - 1)} }`).join(' ')
  return `{ root { ${level(depth)} } }`
}
