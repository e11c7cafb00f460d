using System.IO.Pipelines;

namespace Dormouse.Edge.Sockets;

/// <summary>The two directions of a connection, as the one who uses it sees them.</summary>
internal sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
