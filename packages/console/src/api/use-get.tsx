import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSession } from '../session/session-context.tsx';
import { useNotices } from '../shell/notices.tsx';
import type { Ask, Query } from './api.ts';
import type { Problem } from './problem.ts';
import { type ProblemError, problemOf } from './problem.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}

/** What the tenant has at a path; null: nothing is asked yet. */
export function useGet<T>(path: string | null, query: Query = {}, { everyMs = 0 }: { everyMs?: number } = {}) {
  const { api } = useSession();
  return useQuery<T, ProblemError>({
    queryKey: [api.tenant, path, query],
    queryFn: ({ signal }) => api.ask<T>(path as string, { query, signal }),
    enabled: path !== null,
    ...(everyMs > 0 && { refetchInterval: everyMs, refetchIntervalInBackground: false }),
  });
}

/** A list that goes on page by page. */
export function usePages<Item>(path: string, query: Query = {}, { everyMs = 0 }: { everyMs?: number } = {}) {
  const { api } = useSession();
  const pages = useInfiniteQuery({
    queryKey: [api.tenant, path, query, 'pages'],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => api.ask<Page<Item>>(path, { query: { ...query, cursor: pageParam }, signal }),
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    ...(everyMs > 0 && { refetchInterval: everyMs }),
  });
  return { ...pages, items: pages.data?.pages.flatMap(({ items }) => items) ?? [] };
}

export interface Sending<Given> {
  readonly path: (given: Given) => string;
  readonly ask: (given: Given) => Ask;
  /** Beginnings of the paths whose answers are stale afterwards. */
  readonly stale?: readonly string[];
  /** Said when it is done. */
  readonly said?: (given: Given) => string;
}

/** Something that changes the tenant. */
export function useSend<Given, T>({ path, ask, stale = [], said }: Sending<Given>) {
  const { api } = useSession();
  const { say } = useNotices();
  const queries = useQueryClient();
  const { mutate, mutateAsync, ...rest } = useMutation<T, Error, Given>({
    mutationFn: (given) => api.ask<T>(path(given), { method: 'POST', ...ask(given) }),
    onSuccess: (_answer, given) => {
      if (said !== undefined) say(said(given));
      void queries.invalidateQueries({
        predicate: ({ queryKey: [, key] }) => stale.some((prefix) => String(key).startsWith(prefix)),
      });
    },
  });
  const problem: Problem | null = rest.error === null ? null : problemOf(rest.error);
  return { ...rest, problem, send: mutate, sendAsync: mutateAsync };
}
