import { useQuery } from '@tanstack/react-query'
import { useId, type InputHTMLAttributes, type ReactNode } from 'react'
import { call } from '../api/client.ts'
import { spelledOut } from './act.rules.ts'
import { useSettled } from './use-settled.ts'

type Rest = Omit<InputHTMLAttributes<HTMLInputElement>, 'className' | 'list' | 'onChange' | 'value'>

interface PickerProps extends Rest {
  readonly value: string
  readonly onPick: (agentId: string) => void
}

/** The id of an agent, with those offered that hold what was typed. */
export function AgentPicker({ value, onPick, ...rest }: PickerProps): ReactNode {
  const list = useId()
  const q = useSettled(value.trim())
  const { data } = useQuery({
    queryKey: ['agents', 'offered', q],
    queryFn: ({ signal }) => call('agents_list', { limit: 20, ...(q === '' ? {} : { q }) }, signal),
  })
  return (
    <>
      <input
        {...rest}
        className="input"
        list={list}
        autoComplete="off"
        spellCheck={false}
        maxLength={128}
        value={value}
        onChange={({ target }) => onPick(target.value)}
      />
      <datalist id={list}>
        {data?.agents.map((agent) => (
          <option key={agent.agent_id} value={agent.agent_id}>
            {spelledOut(agent.agent_name ?? agent.agent_id)}
          </option>
        ))}
      </datalist>
    </>
  )
}
