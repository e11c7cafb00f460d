namespace Dormouse.Edge.Limits;

/// <summary>What client sockets may take, and how slow they may be.</summary>
public sealed class ConnectionLimitOptions
{
    /// <summary>Open client sockets. An idle one costs some 10 KiB.</summary>
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>
    /// How long a socket may stay idle between requests. 130 s is Kestrel's own default: longer than the 60 to 120 s of common proxies,
    /// so that it is they who close, and none sends a request into a socket that closes.
    /// </summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>All request headers together. A client sends about 600 bytes; an API key has fewer than 200.</summary>
    public int MaxHeaderBytes { get; set; } = 16 * 1024;

    /// <summary>Request headers. A client sends a dozen, and a proxy or two add as many.</summary>
    public int MaxHeaders { get; set; } = 64;

    /// <summary>Time for all headers to arrive. They come in one packet; 10 s forgives a bad mobile line.</summary>
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time for a body to arrive that did not come with its headers. 60 s carry the largest body at 2.2 megabits a second; by
    /// <see cref="MinBytesPerSecond"/> alone it could take 19 hours.
    /// </summary>
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Time for an answer to be read by its client, at the same speed: the largest has twice the bytes of the largest body.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>Slowest body or answer, after <see cref="DataRateGrace"/>. 240 bytes a second is Kestrel's own default: slower is an attack.</summary>
    public double MinBytesPerSecond { get; set; } = 240;

    /// <summary>How long a transfer may be slower than <see cref="MinBytesPerSecond"/> before it is cut. 5 s: one lost packet and its repeats.</summary>
    public TimeSpan DataRateGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Threads that receive from clients' sockets and answer hits: one for each core, and four at most, which fill a network of 10 gigabits.
    /// 0 leaves receiving to .NET's own sockets.
    /// </summary>
    public int ReceivingThreads { get; set; } = Math.Min(Environment.ProcessorCount, 4);

    /// <summary>
    /// Bytes that have arrived at a socket and were not read yet, and bytes written and not sent: above it the socket is not received from, and
    /// who writes waits. 256 KiB: with 64 KiB a body of 900 KiB takes three times as long, since each piece waits for the one before to be read.
    /// </summary>
    public int SocketBufferMax { get; set; } = 256 * 1024;

    internal void Validate(List<string> errors)
    {
        if (MaxHeaderBytes < 1024 || MaxHeaders < 16)
        {
            errors.Add("MaxHeaderBytes must be 1024 at least, and MaxHeaders 16.");
        }
        if (ReceivingThreads is < 0 or > 64 || SocketBufferMax < 4096)
        {
            errors.Add("ReceivingThreads must be 0 to 64, and SocketBufferMax 4096 at least.");
        }
        if (MaxConnections < 1 || MinBytesPerSecond <= 0)
        {
            errors.Add("MaxConnections and MinBytesPerSecond must be above zero.");
        }
        if (
            KeepAlive <= TimeSpan.Zero
            || HeadersTimeout <= TimeSpan.Zero
            || BodyTimeout <= TimeSpan.Zero
            || AnswerTimeout <= TimeSpan.Zero
            || DataRateGrace <= TimeSpan.FromSeconds(1)
        )
        {
            errors.Add("KeepAlive, HeadersTimeout, BodyTimeout and AnswerTimeout must be above zero, and DataRateGrace above one second.");
        }
    }
}
