interface Given {
  readonly pages: { readonly hasNextPage: boolean; readonly isFetchingNextPage: boolean; fetchNextPage(): unknown };
}

export function MoreButton({ pages }: Given) {
  if (!pages.hasNextPage) return null;
  return (
    <div>
      <button type="button" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
        {pages.isFetchingNextPage ? 'Loading more …' : 'Show more'}
      </button>
    </div>
  );
}
