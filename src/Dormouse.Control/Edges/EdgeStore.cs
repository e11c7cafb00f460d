using Dormouse.Contracts;
using Dormouse.Control.Store;
using Npgsql;

namespace Dormouse.Control.Edges;

/// <summary>The SQL of edges.</summary>
internal sealed class EdgeStore(ControlStore store)
{
    public Task<List<(Edge Edge, byte[] TokenHash)>> ListAsync(CancellationToken cancellationToken) =>
        store.RunAsync(
            (connection, token) =>
                connection.RowsAsync(
                    "select id, name, hint, created_at, token_hash from dormouse.edges order by created_at, id",
                    [],
                    reader =>
                        (
                            new Edge(EdgeId.Parse(reader.GetString(0)), reader.GetString(1), reader.GetString(2), reader.Time(3)),
                            (byte[])reader[4]
                        ),
                    token
                ),
            cancellationToken
        );

    public Task AddAsync(Edge edge, byte[] tokenHash, CancellationToken cancellationToken) =>
        store.RunAsync(
            async (connection, token) =>
            {
                try
                {
                    await connection.ExecuteAsync(
                        "insert into dormouse.edges (id, name, hint, created_at, token_hash) values ($1, $2, $3, $4, $5)",
                        [edge.Id.ToString(), edge.Name, edge.Hint, edge.CreatedAt, tokenHash],
                        token
                    );
                }
                catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
                {
                    throw EdgeFailures.NameTaken(edge.Name, exception);
                }
            },
            cancellationToken
        );

    public Task RemoveAsync(EdgeId id, CancellationToken cancellationToken) =>
        store.RunAsync(
            (connection, token) => connection.ExecuteAsync("delete from dormouse.edges where id = $1", [id.ToString()], token),
            cancellationToken
        );
}
