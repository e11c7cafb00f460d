namespace Dormouse.Postgres.Tests.Support;

/// <summary>Short forms for tests.</summary>
internal static class Sql
{
    public static async Task<IReadOnlyList<string?[]>> RowsAsync(this ServerConnection connection, string sql, params string?[] parameters)
    {
        var rows = new TextRows();
        await connection.ExecuteAsync(sql, Wire(parameters), rows, TestContext.Current.CancellationToken);
        return rows.Rows;
    }

    public static async Task<string?> ValueAsync(this ServerConnection connection, string sql, params string?[] parameters) =>
        Assert.Single(Assert.Single(await connection.RowsAsync(sql, parameters)));

    public static ValueTask<CommandCompletion> RunAsync(this ServerConnection connection, string sql) =>
        connection.ExecuteSimpleAsync(sql, TestContext.Current.CancellationToken);

    public static WireParameter[] Wire(params string?[] parameters) => [.. parameters.Select(text => new WireParameter(text, 0))];
}

/// <summary>Throws at a given row.</summary>
internal sealed class ThrowingReceiver(int atRow) : IRowReceiver
{
    public int Rows { get; private set; }

    public void Columns(WireColumn[] columns)
    {
        if (atRow == 0)
        {
            throw new InvalidTimeZoneException("enough");
        }
    }

    public void Row(ReadOnlySpan<byte> dataRow)
    {
        if (++Rows == atRow)
        {
            throw new InvalidTimeZoneException("enough");
        }
    }
}
