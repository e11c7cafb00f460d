namespace Dormouse.Edge.Sockets;

/// <summary>
/// Sees what a connection received before anybody else does, on the thread that waits for all sockets: it must not wait for anything.
/// </summary>
internal interface IFirstReader
{
    /// <summary>Deals with as many whole requests as it can.</summary>
    /// <param name="received">Valid during the call.</param>
    /// <param name="held">
    /// If the client has not taken an answer: ends once it has. Until then nothing more is received.
    /// </param>
    /// <returns>The bytes that are done with. If there are more, they go to the connection's pipe, and it sees nothing more.</returns>
    int Take(ReadOnlySpan<byte> received, out Task? held);
}
