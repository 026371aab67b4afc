import { getOwn, jsonOf, quote, setOwn } from '../plain-data.ts'

/** Collects functions of one operation until they are compiled together. */
export type Code = {
  /** Adds a declaration. */
  add(declaration: string): void
  /** A name that is not taken. */
  name(): string
  /** A name under which the functions find `value`. */
  constant(value: unknown): string
  /** Compiles; gives the functions of these names. Throws EvalError where code generation is forbidden. */
  build<Exports>(names: readonly string[]): Exports
  /** Characters written so far. */
  size(): number
}

const NAME = /^[_A-Za-z][_0-9A-Za-z]*$/

/** A name of the schema or a client's alias. Nothing else that a client wrote ever becomes code. */
export function checkedName(name: string): string {
  if (!NAME.test(name)) throw new Error('a name is no GraphQL name')
  return name
}

/** A JavaScript literal of a text. */
export const literal = (text: string) => JSON.stringify(text)

/** Reading an own property; names that every object inherits are looked up with care. */
export const read = (object: string, name: string) =>
  checkedName(name) in Object.prototype ? `getOwn(${object}, ${literal(name)})` : `${object}.${name}`

/** Writing an own property. */
export const write = (object: string, name: string, value: string) =>
  checkedName(name) in Object.prototype ? `setOwn(${object}, ${literal(name)}, ${value})` : `${object}.${name} = ${value}`

export function createCode(): Code {
  const declarations: string[] = []
  const constants: unknown[] = [getOwn, setOwn, quote, jsonOf]
  const names = ['getOwn', 'setOwn', 'quote', 'jsonOf']
  let count = 0
  let size = 0
  return {
    add(declaration) {
      declarations.push(declaration)
      size += declaration.length
    },
    name: () => `f${count++}`,
    constant(value) {
      const name = `k${count++}`
      names.push(name)
      constants.push(value)
      return name
    },
    build<Exports>(wanted: readonly string[]) {
      const body = `'use strict'\n${declarations.join('\n')}\nreturn { ${wanted.join(', ')} }`
      // What the generators declare under these names is what their callers expect.
      // oxlint-disable-next-line typescript/no-implied-eval -- every part of the text is a checked name or a literal of ours
      return new Function(...names, body)(...constants) as Exports
    },
    size: () => size,
  }
}

/** Whether this process may compile code at run time. */
export function canGenerateCode(): boolean {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- a constant
    return new Function('return true')() === true
  } catch {
    return false
  }
}
