namespace Dormouse.Postgres;

/// <summary>A pool at one moment.</summary>
/// <param name="Open">Connections counted against the bound.</param>
/// <param name="Rented">Of these, in use or being opened.</param>
/// <param name="Idle">Of these, ready to be rented.</param>
/// <param name="Waiting">Callers in the queue.</param>
public readonly record struct PoolCounts(int Open, int Rented, int Idle, int Waiting);
