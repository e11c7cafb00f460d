using Dormouse.Contracts;
using Dormouse.Edge.Tracing;
using Dormouse.Postgres;

namespace Dormouse.Edge.Engine;

/// <summary>The statements of our own that begin, divide and end transactions: no parameters, no rows, a span each where it is recorded.</summary>
internal static class SimpleStatement
{
    public static ValueTask<CommandCompletion> RunAsync(
        ServerConnection connection,
        DatabaseId database,
        string sql,
        CancellationToken cancellationToken
    ) =>
        Stage.AreRecorded
            ? TracedAsync(connection, database, sql, cancellationToken)
            : connection.ExecuteSimpleAsync(sql, cancellationToken);

    private static async ValueTask<CommandCompletion> TracedAsync(
        ServerConnection connection,
        DatabaseId database,
        string sql,
        CancellationToken cancellationToken
    )
    {
        using Stage statement = Stage.OfStatement(database, sql);
        try
        {
            CommandCompletion completion = await connection.ExecuteSimpleAsync(sql, cancellationToken);
            statement.End();
            return completion;
        }
        catch (PostgresException refused)
        {
            statement.Refused(refused.SqlState);
            throw;
        }
    }
}
