import { codedError } from '@planet/runtime/errors'
import type { Viewer } from '@planet/runtime/viewer'
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getArgumentValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import type { Operation } from '../admission/admission.ts'
import { type Fragments, fragmentsOf } from '../admission/fragments.ts'
import { normalised } from '../engine/planning/plan-cache.ts'
import type { Delivery, SubscriptionRules } from './rules.ts'

/** What is known of a subscription's text, whatever its variables. */
export type SubscriptionText = {
  readonly delivery: Delivery
  readonly isPublic: boolean
  /** The operation without where it starts. */
  readonly text: string
  /** Those that `text` uses. */
  readonly variables: readonly string[]
  readonly root: FieldNode
}

/** Reads subscriptions of one API; what was read of a document that is kept is kept with it. */
export function createTextReader(schema: GraphQLSchema, rules: SubscriptionRules) {
  const known = new WeakMap<OperationDefinitionNode, SubscriptionText>()
  return {
    read(operation: Operation): SubscriptionText {
      const { definition } = operation
      const found = known.get(definition)
      if (found) return found
      const made = readText(operation, rules)
      known.set(definition, made)
      return made
    },
    /** The cursor that a LOG is asked to go on after; null if it starts now. Throws CURSOR_INVALID for what is no text. */
    afterOf({ root, delivery }: SubscriptionText, { coercedVariables }: Operation): string | null {
      const field = schema.getSubscriptionType()?.getFields()[root.name.value]
      if (delivery !== 'LOG' || !field) return null
      const { after = null } = getArgumentValues(field, root, coercedVariables)
      // A scalar of ours takes anything here; only its subgraph knows better, and gets the cursor from us.
      if (after !== null && typeof after !== 'string') throw codedError('CURSOR_INVALID', 'This is no cursor of ours.')
      return after
    },
  }
}

function readText(operation: Operation, rules: SubscriptionRules): SubscriptionText {
  const { document, definition } = operation
  const fragments = fragmentsOf(document)
  const root = rootOf(definition.selectionSet, fragments)
  const delivery = rules.deliveryOf(root.name.value)
  const { name: _, ...nameless } = definition
  const body = delivery === 'LOG' ? { ...nameless, selectionSet: withoutStart(definition.selectionSet, fragments) } : nameless
  const used = usedVariables(body, fragments)
  const asked = {
    ...body,
    variableDefinitions: (definition.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value)),
  }
  return {
    root,
    delivery,
    isPublic: rules.isPublic(operation),
    text: normalised({ ...operation, definition: asked }),
    variables: asked.variableDefinitions.map(({ variable }) => variable.name.value).sort(),
  }
}

/** Validation has seen to it that there is exactly one. */
function rootOf(selectionSet: SelectionSetNode, fragments: Fragments): FieldNode {
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.FIELD) return selection
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
    if (inner) return rootOf(inner.selectionSet, fragments)
  }
  throw new Error('a subscription has a root field')
}

/** Fragments around the root field are written out, because they may be spread elsewhere too. */
function withoutStart(selectionSet: SelectionSetNode, fragments: Fragments): SelectionSetNode {
  return {
    ...selectionSet,
    selections: selectionSet.selections.map((selection) => {
      if (selection.kind === Kind.FIELD) {
        return { ...selection, arguments: selection.arguments?.filter(({ name }) => name.value !== 'after') ?? [] }
      }
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      if (!inner) return selection
      return { kind: Kind.INLINE_FRAGMENT, selectionSet: withoutStart(inner.selectionSet, fragments) }
    }),
  }
}

function usedVariables(definition: OperationDefinitionNode, fragments: Fragments): ReadonlySet<string> {
  const used = new Set<string>()
  const seen = new Set<string>()
  const collect = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      VariableDefinition: () => false,
      Variable: ({ name }) => void used.add(name.value),
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value)
        if (!fragment || seen.has(name.value)) return
        seen.add(name.value)
        collect(fragment)
      },
    })
  }
  collect(definition)
  return used
}

/** Equal for subscriptions of one API that give the same events to the same eyes, wherever in a log they start. */
export function keyOf({ text, variables, isPublic }: SubscriptionText, operation: Operation, viewer: Viewer | null): string {
  const values = variables.map((name) => operation.coercedVariables[name])
  return `${scopeOf(isPublic ? null : viewer)}\n${text}\n${canonical(values)}`
}

const scopeOf = (viewer: Viewer | null) => (viewer ? `${viewer.userId} ${[...viewer.roles].sort().join(' ')}` : 'anyone')

/** JSON in which equal objects have equal text. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )
