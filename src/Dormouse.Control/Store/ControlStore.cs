using System.Net.Sockets;
using Dormouse.Contracts;
using Npgsql;

namespace Dormouse.Control.Store;

/// <summary>
/// The way to the control store's PostgreSQL: the system instance, whose lease is held for the platform's life, or any server by
/// connection string. When the system instance was restarted, the next call leases its new generation. Thread-safe.
/// </summary>
internal sealed class ControlStore(ControlOptions options, IInstanceHost host) : IAsyncDisposable
{
    // Control's statements are short; the system instance's connections are few and the edge takes none of them.
    private const int ConnectionsMax = 8;

    private readonly SemaphoreSlim gate = new(1, 1);
    private volatile Source? current;
    private bool disposed;

    /// <summary>Runs one piece of work on a connection. What goes wrong with the store comes out as one failure, DM2001.</summary>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            Source source = await SourceAsync(cancellationToken);
            await using NpgsqlConnection connection = await source.Npgsql.OpenConnectionAsync(cancellationToken);
            return await work(connection, cancellationToken);
        }
        catch (Exception exception) when (IsAway(exception))
        {
            throw new DormouseException(
                FailureKind.ControlPlane,
                "DM2001",
                "The control store does not answer. If it is the platform's own, './dormouse down' and './dormouse up' start it again; "
                    + "if it is another PostgreSQL, see that it runs and that the connection string is right.",
                exception
            );
        }
    }

    public Task RunAsync(Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        RunAsync(
            async (connection, token) =>
            {
                await work(connection, token);
                return true;
            },
            cancellationToken
        );

    /// <summary>As <see cref="RunAsync{T}"/>, in one transaction, which is committed unless the work throws.</summary>
    public Task<T> TransactAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        RunAsync(
            async (connection, token) =>
            {
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(token);
                T result = await work(connection, token);
                await transaction.CommitAsync(token);
                return result;
            },
            cancellationToken
        );

    public async ValueTask DisposeAsync()
    {
        await gate.WaitAsync(CancellationToken.None);
        disposed = true;
        Source? source = current;
        current = null;
        gate.Release();
        if (source is not null)
        {
            await source.DisposeAsync();
        }
    }

    // An error that PostgreSQL reports about a statement is a defect of ours and no outage; shutdown and "too many" classes are one.
    private static bool IsAway(Exception exception) =>
        exception switch
        {
            PostgresException postgres => postgres.SqlState.StartsWith("57P", StringComparison.Ordinal)
                || postgres.SqlState.StartsWith("53", StringComparison.Ordinal)
                || postgres.SqlState.StartsWith("08", StringComparison.Ordinal)
                || postgres.SqlState.StartsWith("28", StringComparison.Ordinal),
            NpgsqlException or SocketException or TimeoutException => true,
            _ => false,
        };

    private async ValueTask<Source> SourceAsync(CancellationToken cancellationToken)
    {
        if (current is { IsStopped: false } source)
        {
            return source;
        }
        await gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (current is { IsStopped: false } meanwhile)
            {
                return meanwhile;
            }
            Source? old = current;
            current = await ConnectAsync(cancellationToken);
            if (old is not null)
            {
                await old.DisposeAsync();
            }
            return current;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<Source> ConnectAsync(CancellationToken cancellationToken)
    {
        if (options.StoreConnectionString is { } external)
        {
            return new Source(Build(new NpgsqlConnectionStringBuilder(external)), null);
        }
        IInstanceLease lease = await host.LeaseAsync(DatabaseId.System, cancellationToken);
        InstanceEndpoint endpoint = lease.Endpoint;
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = Path.GetDirectoryName(endpoint.SocketPath),
            Port = int.Parse(Path.GetExtension(endpoint.SocketPath).AsSpan(1), provider: null),
            Username = endpoint.User,
            Password = endpoint.Password,
            Database = endpoint.DatabaseName,
        };
        return new Source(Build(settings), lease);
    }

    private NpgsqlDataSource Build(NpgsqlConnectionStringBuilder settings)
    {
        settings.ApplicationName = "dormouse control";
        settings.MaxPoolSize = ConnectionsMax;
        settings.CommandTimeout = (int)options.StoreCommandTimeout.TotalSeconds;
        settings.Timezone = "UTC";
        NpgsqlSlimDataSourceBuilder builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString).EnableTransportSecurity();
        // Only built-in types are used, and loading the catalogue's costs 10 ms at each first connection.
        builder.ConfigureTypeLoading(loading => loading.EnableTypeLoading(false));
        return builder.Build();
    }

    private sealed class Source(NpgsqlDataSource npgsql, IInstanceLease? lease) : IAsyncDisposable
    {
        public NpgsqlDataSource Npgsql { get; } = npgsql;

        public bool IsStopped => lease is not null && lease.Endpoint.Stopped.IsCancellationRequested;

        public async ValueTask DisposeAsync()
        {
            await Npgsql.DisposeAsync();
            lease?.Dispose();
        }
    }
}
