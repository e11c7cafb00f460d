using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Dormouse.Edge.Sockets;

/// <summary>
/// A thread that waits for the sockets of its connections and receives what has arrived at them. What it calls never waits, so that one
/// slow client, reader or query holds up nobody else.
/// </summary>
internal sealed partial class SocketLoop : IDisposable
{
    private const int EventsAtOnceMax = 256;

    private readonly ConcurrentDictionary<long, LoopConnection> connections = new();
    private readonly Epoll epoll = new(EventsAtOnceMax);
    private readonly Thread thread;
    private readonly ILogger logger;
    private long lastId = Epoll.WakeId;

    public SocketLoop(int number, ILogger logger)
    {
        this.logger = logger;
        thread = new Thread(Run) { IsBackground = true, Name = $"sockets {number}" };
        thread.Start();
    }

    /// <summary>
    /// Where bytes for a first reader are received. Only the thread uses it: a connection has no buffer of its own while nothing is in it.
    /// </summary>
    public byte[] Buffer { get; } = GC.AllocateUninitializedArray<byte>(LoopConnection.ReceiveMax);

    /// <returns>By which it is known here.</returns>
    public long Add(LoopConnection connection)
    {
        long id = Interlocked.Increment(ref lastId);
        connections[id] = connection;
        return id;
    }

    /// <summary>Before its socket is closed.</summary>
    public void Remove(long id) => connections.TryRemove(id, out _);

    /// <summary>Changes what a connection waits for; 0 is nothing. One caller at a time for each connection.</summary>
    public void Watch(long id, int fd, uint before, uint interest)
    {
        try
        {
            if (before == 0)
            {
                epoll.Add(fd, id, interest);
            }
            else if (interest == 0)
            {
                epoll.Delete(fd);
            }
            else
            {
                epoll.Modify(fd, id, interest);
            }
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended before its last connection did.
        }
    }

    /// <summary>After all connections have ended.</summary>
    public void Dispose()
    {
        epoll.Wake();
        thread.Join();
        epoll.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            int count = epoll.Wait();
            for (int i = 0; i < count; i++)
            {
                (long id, bool isReadable, bool isWritable) = epoll.EventAt(i);
                if (id == Epoll.WakeId)
                {
                    return;
                }
                // It may have ended between two events of one wait.
                if (connections.TryGetValue(id, out LoopConnection? connection))
                {
                    Call(connection, isReadable, isWritable);
                }
            }
        }
    }

    private void Call(LoopConnection connection, bool isReadable, bool isWritable)
    {
        try
        {
            connection.OnReady(isReadable, isWritable);
        }
        catch (Exception exception)
        {
            // A mistake of ours; it must not end the thread and with it all other connections.
            Log.Failed(logger, exception);
            connection.Abort(new ConnectionAbortedException("Receiving failed.", exception));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4076, LogLevel.Error, "What a client sent could not be taken in; its connection was closed.")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
