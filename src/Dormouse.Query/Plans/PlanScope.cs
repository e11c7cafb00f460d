using Dormouse.Query.Nodes;

namespace Dormouse.Query.Plans;

/// <summary>The let bindings around the place where the compiler reads. Each binding has a slot of its own in a run.</summary>
internal sealed class PlanScope
{
    private readonly Dictionary<string, Stack<int>> slotsByName = [];
    private readonly Stack<string> visible = [];

    public int SlotCount { get; private set; }

    public int Depth => visible.Count;

    public int Declare(string name)
    {
        if (!slotsByName.TryGetValue(name, out var slots))
        {
            slotsByName[name] = slots = [];
        }

        slots.Push(SlotCount);
        visible.Push(name);
        return SlotCount++;
    }

    public void LeaveTo(int depth)
    {
        while (visible.Count > depth)
        {
            slotsByName[visible.Pop()].Pop();
        }
    }

    /// <summary>The innermost binding of a name; a free name means a parameter of the request.</summary>
    public ScopeName Resolve(string name) =>
        slotsByName.TryGetValue(name, out var slots) && slots.TryPeek(out var slot) ? new ScopeName(name, slot) : new ScopeName(name, -1);
}
