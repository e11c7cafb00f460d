using Dormouse.Edge.Engine;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Transactions;

namespace Dormouse.Edge;

/// <summary>The edge's settings, one class per slice.</summary>
public sealed class EdgeOptions
{
    /// <summary>
    /// The part of <c>cf-ray</c> after the first <c>-</c>, which clients show as the region. <c>LOCAL</c>: a platform on one machine.
    /// </summary>
    public string Region { get; set; } = "LOCAL";

    public RequestLimitOptions Limits { get; set; } = new();

    public EngineOptions Engine { get; set; } = new();

    public TransactionOptions Transactions { get; set; } = new();

    /// <summary>All errors at once, so that a person mends a configuration in one go.</summary>
    internal void Validate()
    {
        var errors = new List<string>();
        if (Region.Length is 0 or > 16 || Region.Any(letter => !char.IsAsciiLetterOrDigit(letter)))
        {
            errors.Add($"Region '{Region}' must be 1 to 16 letters or digits, since it is sent in a header.");
        }
        Limits.Validate(errors);
        Engine.Validate(errors);
        Transactions.Validate(errors);
        if (errors.Count > 0)
        {
            throw new ArgumentException("The edge's settings are wrong: " + string.Join(" ", errors));
        }
    }
}
