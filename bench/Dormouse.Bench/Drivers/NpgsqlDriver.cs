using System.Diagnostics;
using System.Globalization;
using Dormouse.Testing;
using Npgsql;
using NpgsqlTypes;

namespace Dormouse.Bench.Drivers;

/// <summary>Npgsql as fast as it goes: no type loading, statements prepared by themselves at their first use, pooled.</summary>
internal sealed class NpgsqlDriver : IDriver
{
    private readonly bool asText;
    private readonly NpgsqlDataSource pool;
    private readonly NpgsqlDataSource unpooled;

    public NpgsqlDriver(TestPostgres server, int connections, bool asText)
    {
        this.asText = asText;
        pool = Source(server, connections);
        unpooled = Source(server, 0);
    }

    public string Name => asText ? "npgsql_text" : "npgsql_typed";

    public async ValueTask RunAsync(DriverQuery query, int value, int worker, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await pool.OpenConnectionAsync(cancellationToken);
        await RunOnAsync(connection, query, value, cancellationToken);
    }

    public async Task<double> FirstQueryOfNewConnectionAsync(CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        await using NpgsqlConnection connection = await unpooled.OpenConnectionAsync(cancellationToken);
        await RunOnAsync(connection, DriverQuery.All[0], 5, cancellationToken);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    public async ValueTask DisposeAsync()
    {
        await pool.DisposeAsync();
        await unpooled.DisposeAsync();
    }

    private static NpgsqlDataSource Source(TestPostgres server, int connections)
    {
        var builder = new NpgsqlDataSourceBuilder(
            new NpgsqlConnectionStringBuilder(server.ConnectionString(server.Database))
            {
                Pooling = connections > 0,
                MaxPoolSize = Math.Max(connections, 1),
                MaxAutoPrepare = 100,
                AutoPrepareMinUsages = 1,
                NoResetOnClose = true,
                SslMode = SslMode.Disable,
                GssEncryptionMode = GssEncryptionMode.Disable,
            }.ConnectionString
        );
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return builder.Build();
    }

    private async Task RunOnAsync(NpgsqlConnection connection, DriverQuery query, int value, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(query.Sql, connection) { AllResultTypesAreUnknown = asText };
        command.Parameters.Add(First(query, value));
        for (var i = 1; i < query.Parameters; i++)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = i == 1 ? "a second value" : "and a third" });
        }
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            for (var i = 0; i < reader.FieldCount; i++)
            {
                Read(reader, i);
            }
        }
    }

    private NpgsqlParameter First(DriverQuery query, int value)
    {
        bool isText = query.Parameters > 1;
        if (asText || isText)
        {
            string text = value.ToString(CultureInfo.InvariantCulture);
            return isText
                ? new NpgsqlParameter<string> { TypedValue = text }
                : new NpgsqlParameter { Value = text, NpgsqlDbType = NpgsqlDbType.Unknown };
        }
        return new NpgsqlParameter<int> { TypedValue = value };
    }

    private void Read(NpgsqlDataReader reader, int column)
    {
        if (reader.IsDBNull(column))
        {
            return;
        }
        if (asText)
        {
            _ = reader.GetString(column);
            return;
        }
        switch (reader.GetPostgresType(column).OID)
        {
            case 23:
                _ = reader.GetInt32(column);
                break;
            case 20:
                _ = reader.GetInt64(column);
                break;
            case 16:
                _ = reader.GetBoolean(column);
                break;
            case 701:
                _ = reader.GetDouble(column);
                break;
            case 1184:
                _ = reader.GetDateTime(column);
                break;
            default:
                _ = reader.GetString(column);
                break;
        }
    }
}
