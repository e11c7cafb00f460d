namespace Dormouse.Edge.Limits;

/// <summary>What one request, one database and all of them together may take.</summary>
public sealed class RequestLimitOptions
{
    /// <summary>Largest request body. 16 MiB carries a bulk insert of the 32,766 parameters that a statement may have, at 500 bytes each.</summary>
    public int MaxBodyBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Queries in one batch of clients 5 and 6. A client merges what one turn of its loop asks for, and 5,000 look-ups in one turn are a list
    /// that wanted <c>in</c>; a transaction of 5,000 statements is a script.
    /// </summary>
    public int MaxBatchQueries { get; set; } = 5_000;

    /// <summary>
    /// Largest answer, and the most row data that one request may read on its way to it. 32 MiB is six times the customary 5 MB of
    /// the hosted service; more belongs into pages.
    /// </summary>
    public int MaxAnswerBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>
    /// Bodies and answers held at once, over all requests, in bytes above the small buffers that each request has anyway. 512 MiB
    /// lets 16 of the largest answers be made at once; what comes then is told to try again.
    /// </summary>
    public long MaxBufferedBytes { get; set; } = 512L * 1024 * 1024;

    /// <summary>All request headers together. A client sends about 600 bytes; an API key has fewer than 200.</summary>
    public int MaxHeaderBytes { get; set; } = 16 * 1024;

    /// <summary>Requests of one database in flight, the ones that wait for a connection included. One app rarely has a hundred.</summary>
    public int MaxRequestsPerDatabase { get; set; } = 1_000;

    /// <summary>Requests in flight over all databases. At about 20 KiB each, 4,000 cost 80 MiB.</summary>
    public int MaxRequests { get; set; } = 4_000;

    /// <summary>Open client sockets. An idle one costs some 5 KiB.</summary>
    public int MaxClientConnections { get; set; } = 20_000;

    /// <summary>
    /// From the body's arrival to the answer, waking and waiting for a connection included. 60 s is the largest that the hosted
    /// service offers; no proxy on the way keeps a silent request much longer.
    /// </summary>
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Time for all headers to arrive. They come in one packet; 10 s forgives a bad mobile line.</summary>
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Slowest body or answer, after <see cref="DataRateGrace"/>. 240 bytes a second is Kestrel's own default: slower is an attack.</summary>
    public double MinBytesPerSecond { get; set; } = 240;

    /// <summary>How long a transfer may be slower than <see cref="MinBytesPerSecond"/> before it is cut. 5 s: one lost packet and its repeats.</summary>
    public TimeSpan DataRateGrace { get; set; } = TimeSpan.FromSeconds(5);

    internal void Validate(List<string> errors)
    {
        if (MaxBodyBytes < 1024 || MaxAnswerBytes < 1024 || MaxHeaderBytes < 1024)
        {
            errors.Add("MaxBodyBytes, MaxAnswerBytes and MaxHeaderBytes must be 1024 at least.");
        }
        if (MaxBatchQueries < 1)
        {
            errors.Add("MaxBatchQueries must be 1 at least.");
        }
        if (MaxBufferedBytes < (long)MaxBodyBytes + MaxAnswerBytes)
        {
            errors.Add($"MaxBufferedBytes is {MaxBufferedBytes}, less than one largest body and one largest answer together.");
        }
        if (MaxRequestsPerDatabase < 1 || MaxRequests < MaxRequestsPerDatabase)
        {
            errors.Add("MaxRequestsPerDatabase must be 1 at least and MaxRequests no less than it.");
        }
        if (MaxClientConnections < 1 || MinBytesPerSecond <= 0)
        {
            errors.Add("MaxClientConnections and MinBytesPerSecond must be above zero.");
        }
        if (QueryTimeout <= TimeSpan.Zero || HeadersTimeout <= TimeSpan.Zero || DataRateGrace <= TimeSpan.FromSeconds(1))
        {
            errors.Add("QueryTimeout and HeadersTimeout must be above zero, and DataRateGrace above one second.");
        }
    }
}
