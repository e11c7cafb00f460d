using Npgsql;

namespace Dormouse.Control.Store;

/// <summary>Short forms for statements with positional parameters; nothing is ever spliced into the text.</summary>
internal static class StoreCommands
{
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (object? value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }
        return command;
    }

    public static async Task<int> ExecuteAsync(
        this NpgsqlConnection connection,
        string sql,
        object?[] parameters,
        CancellationToken cancellationToken
    )
    {
        await using NpgsqlCommand command = connection.Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<object?> ScalarAsync(
        this NpgsqlConnection connection,
        string sql,
        object?[] parameters,
        CancellationToken cancellationToken
    )
    {
        await using NpgsqlCommand command = connection.Command(sql, parameters);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    public static async Task<List<T>> RowsAsync<T>(
        this NpgsqlConnection connection,
        string sql,
        object?[] parameters,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        await using NpgsqlCommand command = connection.Command(sql, parameters);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }
        return rows;
    }

    /// <summary>timestamptz comes back as UTC.</summary>
    public static DateTimeOffset Time(this NpgsqlDataReader reader, int column) =>
        new(DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc));

    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.Time(column);
}
