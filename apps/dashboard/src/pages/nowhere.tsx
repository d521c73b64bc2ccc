export const Nowhere = () => (
  <>
    <h1>Nothing here</h1>
    <p>
      There is no such page. <a href="#/">The overview</a> leads to all there are.
    </p>
  </>
);
