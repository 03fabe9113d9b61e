import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { ButtonLink } from './button.tsx'
import { Icon } from './icons.tsx'
import { Empty, Page } from './page.tsx'

interface List {
  readonly href: string
  /** As the page of the list is called. */
  readonly name: string
}

/** The way from one thing back to the list of its kind. */
export function Back({ href, name }: List): ReactNode {
  return (
    <Link href={href} className="back">
      <Icon name="left" /> {name}
    </Link>
  )
}

/** The page of a thing that is not there; `what` it would be, in one word. */
export function Missing({ what, ...list }: List & { readonly what: string }): ReactNode {
  return (
    <Page title={`No such ${what}`} back={<Back {...list} />}>
      <Empty
        icon="search"
        title={`There is no ${what} with this id`}
        action={<ButtonLink href={list.href}>All {list.name.toLowerCase()}</ButtonLink>}
      />
    </Page>
  )
}
