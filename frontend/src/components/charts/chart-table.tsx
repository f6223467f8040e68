import { useState, type ReactNode } from "react";
import { ChartLine, Table2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { t } from "@/lib/i18n";

interface ChartTableProps {
  /** What is shown, in words: the accessible name of chart and table. */
  label: string;
  columns: string[];
  rows: (string | number)[][];
  /** Whether the switch stands in the panel's head, above the chart. */
  raised?: boolean;
  children: ReactNode;
}

/** A chart and, one press away, the same as a table. */
export function ChartTable({ label, columns, rows, raised = true, children }: ChartTableProps) {
  const [isTable, setTable] = useState(false);
  return (
    <figure className="relative m-0">
      {isTable ? (
        <div className="max-h-72 overflow-auto" tabIndex={0} role="region" aria-label={label}>
          <table className="data-table">
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column}>{column}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={index}>
                  {row.map((cell, column) => (
                    <td key={column}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        children
      )}
      <Button look="quiet" className={cn("absolute right-0 z-10 !min-h-6 px-1.5", raised ? "-top-9" : "-top-1")} aria-pressed={isTable} aria-label={t(isTable ? "chart.as_chart" : "chart.as_table")} title={t(isTable ? "chart.as_chart" : "chart.as_table")} onClick={() => setTable(!isTable)}>
        {isTable ? <ChartLine size={14} aria-hidden /> : <Table2 size={14} aria-hidden />}
      </Button>
    </figure>
  );
}
