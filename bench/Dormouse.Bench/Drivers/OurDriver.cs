using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using Dormouse.Postgres;
using Dormouse.Testing;

namespace Dormouse.Bench.Drivers;

internal sealed class OurDriver(TestPostgres server, int connections) : IDriver
{
    private readonly ServerLogin login = new(server.SocketPath, server.User, server.Password, server.Database);
    private readonly ServerPool pool = new(
        new(server.SocketPath, server.User, server.Password, server.Database),
        new() { ConnectionsMax = connections },
        TimeProvider.System
    );

    // As the engine does: what a command needs is reused from one to the next.
    private readonly Work[] works = [.. Enumerable.Range(0, connections).Select(_ => new Work())];

    public string Name => "ours";

    public async ValueTask RunAsync(DriverQuery query, int value, int worker, CancellationToken cancellationToken)
    {
        Work work = works[worker];
        await using PooledConnection rented = await pool.RentAsync(cancellationToken);
        await rented.Connection.ExecuteAsync(query.Sql, work.With(query, value), work, cancellationToken);
    }

    public async Task<double> FirstQueryOfNewConnectionAsync(CancellationToken cancellationToken)
    {
        var work = new Work();
        long began = Stopwatch.GetTimestamp();
        await using ServerConnection connection = await ServerConnection.OpenAsync(login, new(), cancellationToken);
        await connection.ExecuteAsync(DriverQuery.All[0].Sql, work.With(DriverQuery.All[0], 5), work, cancellationToken);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    public ValueTask DisposeAsync() => pool.DisposeAsync();

    /// <summary>Parameters, and a receiver that copies every row, as the engine's row table does.</summary>
    private sealed class Work : IRowReceiver
    {
        private readonly WireParameter[] parameters = new WireParameter[3];
        private readonly byte[] number = new byte[11];
        private readonly ArrayBufferWriter<byte> rows = new(64 * 1024);

        public ReadOnlyMemory<WireParameter> With(DriverQuery query, int value)
        {
            rows.ResetWrittenCount();
            Utf8Formatter.TryFormat(value, number, out int length);
            parameters[0] = new WireParameter(number.AsMemory(0, length), 0);
            parameters[1] = new WireParameter("a second value", 0);
            parameters[2] = new WireParameter("and a third", 0);
            return parameters.AsMemory(0, query.Parameters);
        }

        public void Columns(WireColumn[] columns) { }

        public void Row(ReadOnlySpan<byte> dataRow)
        {
            var cells = new RowCells(dataRow);
            while (cells.TryRead(out ReadOnlySpan<byte> text, out _))
            {
                rows.Write(text);
            }
        }
    }
}
