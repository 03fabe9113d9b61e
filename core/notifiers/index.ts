export { deliverDue } from './deliver.ts'
export type { Acts } from './telegram-answers.ts'
export { hookedNotifier, pollTelegram, receiveUpdate } from './telegram-receive.ts'
