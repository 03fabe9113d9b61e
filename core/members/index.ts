export { acceptInvitation, approversOf, showInvitation, type Acceptance, type ShownInvitation } from './accept.ts'
