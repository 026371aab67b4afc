import { Cashtag } from './Cashtag.ts'
import { ExternalRef } from './ExternalRef.ts'
import { Post } from './Post.ts'

export const referencesResolvers = { Cashtag, ExternalRef, Post }
