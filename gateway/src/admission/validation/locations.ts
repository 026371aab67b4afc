import { type ASTNode, type DocumentNode, parse, type SourceLocation } from 'graphql'

/** Places that an error names at most: a rule may find a thousand. */
const MAX_PLACES = 10

/**
 * Finds nodes of a document that was parsed without places again in its text. Gives for each list of nodes where its first
 * ones are. Made for faults: it parses anew, and counts the lines once.
 */
export function locationsIn(
  text: string,
  document: DocumentNode,
  nodesOf: readonly (readonly ASTNode[] | undefined)[],
): readonly (readonly SourceLocation[])[] {
  const wanted = nodesOf.map((nodes) => nodes?.slice(0, MAX_PLACES) ?? [])
  const twinOf = twinsIn(document, parse(text), new Set(wanted.flat()))
  const placeOf = placesIn(text)
  return wanted.map((nodes) =>
    nodes.flatMap((node) => {
      const start = twinOf.get(node)?.loc?.start
      return start === undefined ? [] : [placeOf(start)]
    }),
  )
}

/** What stands in `twin` where these nodes stand in `document`, which is the same. */
function twinsIn(document: DocumentNode, twin: DocumentNode, wanted: ReadonlySet<ASTNode>): ReadonlyMap<ASTNode, ASTNode> {
  const found = new Map<ASTNode, ASTNode>()
  const look = (one: unknown, other: unknown): void => {
    if (found.size === wanted.size || typeof one !== 'object' || one === null) return
    // Nodes and lists of them have the same members in both.
    const [node, counterpart] = [one as ASTNode, other as ASTNode]
    if (wanted.has(node)) found.set(node, counterpart)
    for (const key in node) look(node[key as keyof ASTNode], counterpart[key as keyof ASTNode])
  }
  look(document, twin)
  return found
}

const LINE_FEED = 10
const RETURN = 13

/** Line and column, from 1, of a character. */
function placesIn(text: string): (position: number) => SourceLocation {
  const starts = [0]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const isEnd = code === LINE_FEED || (code === RETURN && text.charCodeAt(at + 1) !== LINE_FEED)
    if (isEnd) starts.push(at + 1)
  }
  return (position) => {
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= position) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: position - (starts[low] ?? 0) + 1 }
  }
}
