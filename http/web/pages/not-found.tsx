import type { ReactNode } from 'react'
import { ButtonLink } from '../parts/button.tsx'
import { Empty, Page } from '../parts/page.tsx'

export function NotFound(): ReactNode {
  return (
    <Page title="Not found">
      <Empty
        icon="search"
        title="There is no such page"
        action={<ButtonLink href="/">Go to the approvals</ButtonLink>}
      />
    </Page>
  )
}
